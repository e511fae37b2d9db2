// Regions that an administrator declares, one a file NAME.region, and that exist from boot:
//
//   [Region]  Name=  Kind=topic  Type=  Size=  Alignment=  History=  Slots=
//             Overflow=block|overwrite
//             Publishers=  Subscribers=  Holds=  Patience=  Fence=asymmetric|full
//      or     Name=  Kind=service  Type=  Size=  Alignment=  Depth=  Clients=  Standbys=  Fence=
//      or     Name=  Kind=raw  Type=  Size=  Writers=  Readers=  Fence=
//   [Access]  Owner=  Group=  Mode=  Users=NAME:rw ...  Groups=NAME:r ...
//
// Name, Kind and Size must be there. A file with a mistake in it declares nothing: half of what it
// says of access could be too much.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include "daemon/mistakes.hpp"
#include "daemon/registry.hpp"

namespace shmbusd {

struct RegionFiles {
    // Of files of one name the one in the earlier directory counts; a link to /dev/null counts for
    // none.
    std::vector<std::string> directories;
    uid_t owner = 0;  // of what says no Owner
};

// What the files declare that are good. `largest` is the service's limit of one segment.
[[nodiscard]] std::vector<DeclaredRegion> read_region_files(const RegionFiles& files,
                                                            std::uint64_t largest,
                                                            Mistakes& mistakes);

// What cannot change in a region that is there: the keys whose values differ.
[[nodiscard]] std::vector<std::string> list_differences(const bus::abi::Shape& live,
                                                        const bus::abi::Shape& declared);

}  // namespace shmbusd
