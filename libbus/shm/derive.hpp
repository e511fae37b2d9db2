// Derives a region's geometry from what it is asked to be, each kind in a file of its own.
#pragma once

#include <cstdint>

#include "abi/geometry.hpp"
#include "abi/shape.hpp"

namespace bus::shm {

// Checks every option and derives the geometry. `limit` is the largest segment that the service
// makes, bytes. Throws: Error InvalidArgument, LimitsExceeded; names the option and its range.
[[nodiscard]] abi::Geometry derive_geometry(const abi::Shape& shape, std::uint64_t limit);

[[nodiscard]] abi::Geometry derive_topic(const abi::Shape& shape, std::uint64_t limit);
[[nodiscard]] abi::Geometry derive_service(const abi::Shape& shape, std::uint64_t limit);
[[nodiscard]] abi::Geometry derive_raw(const abi::Shape& shape, std::uint64_t limit);

}  // namespace bus::shm
