// A configuration file and a declared region's, of any content: mistakes are noted on one line
// each, nothing is thrown, and what is declared can be made.
#include <string>

#include "abi/names.hpp"
#include "daemon/config.hpp"
#include "daemon/region_file.hpp"
#include "script.hpp"
#include "shm/derive.hpp"
#include "unit/daemon/text_files.hpp"
#include "verdict.hpp"

namespace {

using fuzz::require;

constexpr std::uint64_t largest = std::uint64_t{1} << 30;

void check_mistakes(const shmbusd::Mistakes& mistakes) {
    for (const auto& text : mistakes.texts())
        require(text.find('\n') == std::string::npos, "a mistake has more than one line");
}

void read_as_config(const std::string& path) {
    shmbusd::Mistakes mistakes;
    const auto config = shmbusd::read_config(path, shmbusd::Presence::Required, mistakes);
    require(config.rules.limits.regions >= 1, "a limit is nothing");
    require(!config.rules.quotas.exceptions.contains(0), "root has a quota");
    check_mistakes(mistakes);
}

void read_as_region(const std::string& directory) {
    shmbusd::Mistakes mistakes;
    const auto regions = shmbusd::read_region_files({{directory}, 0}, largest, mistakes);
    for (const auto& region : regions) {
        require(bus::abi::name_fault(region.name).empty(), "a region is declared under no name");
        require(region.access.mode <= 0777, "a mode has more bits");
        static_cast<void>(bus::shm::derive_geometry(region.shape, largest));
    }
    require(regions.empty() == !mistakes.texts().empty(), "half a file declares something");
    check_mistakes(mistakes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const shmbusd::TextFiles files;
    fuzz::Script script{data, size};
    const bool region = script.choose(2) == 0;
    const auto path =
        files.write(region ? "regions/a.region" : "shmbusd.conf", std::string{script.rest()});
    if (region)
        read_as_region(files / "regions");
    else
        read_as_config(path);
    return 0;
}
