// What the daemon reads from the segments of publishers and subscribers: memory that those write,
// so a hint at best.
#pragma once

#include <cstdint>

#include <bus/region.hpp>

#include "daemon/attachment.hpp"

namespace shmbusd {

// The publisher's last published sequence.
[[nodiscard]] std::uint64_t head_of(const Attachment& publisher) noexcept;
// The oldest sequence that may still be taken from the publisher.
[[nodiscard]] std::uint64_t floor_of(const Attachment& publisher) noexcept;
// The oldest sequence of this publisher that the subscriber still needs; 0: it has not said.
[[nodiscard]] std::uint64_t cursor_of(const Attachment& subscriber,
                                      const Attachment& publisher) noexcept;
// The stamp in the publisher's slot of `sequence`.
[[nodiscard]] std::uint64_t stamp_of(const Attachment& publisher, std::uint64_t sequence) noexcept;

// Their counters; lanes are left to the region.
void count_publisher(const Attachment& publisher, bus::AttachmentInfo& info) noexcept;
void count_subscriber(const Attachment& subscriber, bus::AttachmentInfo& info) noexcept;

}  // namespace shmbusd
