// Region names as object paths and back.
#pragma once

#include <optional>
#include <string>

namespace bus::wire {

[[nodiscard]] std::string path_of_region(const std::string& name);
// Nothing when the path is not that of a region.
[[nodiscard]] std::optional<std::string> region_of_path(const std::string& path);

}  // namespace bus::wire
