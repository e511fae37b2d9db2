// Who is in regions, told in the words of their kinds.
#pragma once

#include <span>
#include <string>

#include <bus/region.hpp>

namespace ctl {

/// "1 publisher, 2 subscribers, 1 server": how many take part in these regions together, role by
/// role, without the roles that nobody has; "nobody".
[[nodiscard]] std::string members_text(std::span<const bus::RegionInfo> regions);

}  // namespace ctl
