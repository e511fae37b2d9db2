// A region and everyone in it as text, each kind in its own words.
#pragma once

#include <string>

#include <bus/region.hpp>

#include "table.hpp"

namespace ctl {

/// Reads /proc for the commands of those who are in it.
[[nodiscard]] std::string status_text(const bus::RegionStatus& status, Legend legend);

}  // namespace ctl
