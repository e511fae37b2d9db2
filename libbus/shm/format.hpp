// Lays out fresh segments, and says what is at the head of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <bus/region.hpp>

#include "abi/geometry.hpp"
#include "abi/layout.hpp"

namespace bus::shm {

// Lay out segments of zeroed memory, all of `geometry`'s sizes.
void format_segment(Role role, std::byte* segment, const abi::Geometry& geometry,
                    std::uint64_t attachment) noexcept;
void format_publisher(std::byte* segment, const abi::Geometry& geometry,
                      std::uint64_t attachment) noexcept;
void format_subscriber(std::byte* segment, const abi::Geometry& geometry,
                       std::uint64_t attachment) noexcept;
void format_exchange(std::byte* segment, const abi::Geometry& geometry,
                     std::uint64_t attachment) noexcept;

// The lock of a raw region, a page.
void format_lock(std::byte* segment) noexcept;

// Refuses what begins in another way than its kind does, or needs bits of layout that this build
// does not know. For what the daemon laid out; `label` names it. Throws: Error BadSegment.
void admit_layout(const std::byte* segment, std::uint64_t magic, const std::string& label);

// By what a segment of this role begins.
[[nodiscard]] std::uint64_t magic_of(Role role) noexcept;
// Where its owner says that it sleeps.
[[nodiscard]] abi::Sleep& sleep_in(Role role, std::byte* segment) noexcept;
[[nodiscard]] const abi::Sleep& sleep_in(Role role, const std::byte* segment) noexcept;
// Whether its owner sleeps, for whatever reason.
[[nodiscard]] bool asleep_in(Role role, const std::byte* segment) noexcept;
// Its owner's word, for the next daemon, that it has left; and whether it has been said.
void state_detached(std::byte* segment) noexcept;
[[nodiscard]] bool is_detached(const std::byte* segment) noexcept;

}  // namespace bus::shm
