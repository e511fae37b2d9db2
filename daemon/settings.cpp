#include "daemon/settings.hpp"

#include <cstdlib>
#include <utility>

#include <unistd.h>

namespace shmbusd {

Sources system_sources() {
    return {.config = "/etc/shmbus/shmbusd.conf",
            .regions = {{"/etc/shmbus/regions.d", "/usr/lib/shmbus/regions.d"}, 0}};
}

Sources user_sources() {
    const char* folder = std::getenv("XDG_CONFIG_HOME");
    const char* home = std::getenv("HOME");
    const auto base = folder != nullptr && *folder == '/'
                          ? std::string{folder}
                          : (home != nullptr ? home : "") + std::string{"/.config"};
    return {.config = base + "/shmbus/shmbusd.conf",
            .regions = {{base + "/shmbus/regions.d"}, ::geteuid()}};
}

Settings read_settings(const Sources& sources, Mistakes& mistakes) {
    auto config = read_config(sources.config, sources.presence, mistakes);
    auto regions = read_region_files(sources.regions, config.rules.limits.segment, mistakes);
    return {std::move(config), std::move(regions)};
}

}  // namespace shmbusd
