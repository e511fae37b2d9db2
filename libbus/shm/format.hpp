// Lays out fresh segments, and derives a topic's geometry from what it is asked to be.
#pragma once

#include <cstddef>
#include <cstdint>

#include <bus/error.hpp>
#include <bus/region.hpp>

#include "abi/geometry.hpp"
#include "abi/layout.hpp"

namespace bus::shm {

// Checks every option and derives the geometry. `limit` is the largest segment that the service
// makes, bytes. Throws: Error InvalidArgument, LimitsExceeded; names the option and its range.
[[nodiscard]] abi::Geometry derive_geometry(const TopicOptions& options, std::uint64_t limit);

// Lay out segments of zeroed memory, all of `geometry`'s sizes.
void format_publisher(std::byte* segment, const abi::Geometry& geometry,
                      std::uint64_t attachment) noexcept;
void format_subscriber(std::byte* segment, const abi::Geometry& geometry,
                       std::uint64_t attachment) noexcept;

}  // namespace bus::shm
