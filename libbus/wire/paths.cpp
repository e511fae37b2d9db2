#include "wire/paths.hpp"

#include <cstdlib>
#include <memory>

#include <systemd/sd-bus.h>

#include "abi/names.hpp"
#include "base/system_call.hpp"

namespace bus::wire {
namespace {

struct Free {
    void operator()(char* text) const noexcept { std::free(text); }
};

}  // namespace

std::string path_of_region(const std::string& name) {
    char* path = nullptr;
    const int result = ::sd_bus_path_encode(abi::region_prefix, name.c_str(), &path);
    const std::unique_ptr<char, Free> owned{path};
    if (result < 0) base::fail(name, "sd_bus_path_encode", -result);
    return path;
}

std::optional<std::string> region_of_path(const std::string& path) {
    char* name = nullptr;
    const int result = ::sd_bus_path_decode(path.c_str(), abi::region_prefix, &name);
    const std::unique_ptr<char, Free> owned{name};
    // sd-bus also decodes the prefix alone and paths below a region's.
    if (result <= 0 || path_of_region(name) != path) return std::nullopt;
    return std::string{name};
}

}  // namespace bus::wire
