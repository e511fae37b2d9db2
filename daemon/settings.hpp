// All that the configuration says, and where it lies.
#pragma once

#include <string>
#include <vector>

#include "daemon/config.hpp"
#include "daemon/mistakes.hpp"
#include "daemon/region_file.hpp"

namespace shmbusd {

struct Sources {
    std::string config;  // the main file
    Presence presence = Presence::Optional;
    RegionFiles regions;
};

// /etc/shmbus, and /usr/lib/shmbus below it; what is declared there belongs to root.
[[nodiscard]] Sources system_sources();
// shmbus in the user's configuration; what is declared there belongs to that user.
[[nodiscard]] Sources user_sources();

struct Settings {
    Config config;
    std::vector<DeclaredRegion> regions;
};

// All that is good; the rest is noted.
[[nodiscard]] Settings read_settings(const Sources& sources, Mistakes& mistakes);

}  // namespace shmbusd
