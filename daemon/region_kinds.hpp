// Makes a region of the class that its kind asks for.
#pragma once

#include <memory>

#include "daemon/region.hpp"

namespace shmbusd {

// Throws: bus::Error InvalidArgument, LimitsExceeded, OutOfMemory.
[[nodiscard]] std::unique_ptr<Region> make_region(RegionPlan plan, Quotas& quotas,
                                                  Region::Announce announce);
// One that an earlier daemon left, of which `plan` is made. Throws: bus::Error SystemError.
[[nodiscard]] std::unique_ptr<Region> take_up_region(RegionPlan plan, Survivor survivor,
                                                     Quotas& quotas, Region::Announce announce);

}  // namespace shmbusd
