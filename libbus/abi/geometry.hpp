// The numbers by which segments are addressed: derived once by the daemon from what a region is
// asked to be, told to clients over D-Bus, and never read from shared memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <bus/region.hpp>

#include "abi/layout.hpp"
#include "abi/roles.hpp"

namespace bus::abi {

struct Geometry {
    Kind kind = Kind::Topic;
    Overflow overflow = Overflow::Block;
    Fence fence = Fence::Asymmetric;
    std::uint32_t history = 0;    // samples
    std::uint32_t leading = 0;    // publishers, servers or writers at a time
    std::uint32_t following = 0;  // subscribers, clients or readers at a time
    std::uint32_t holds = 0;      // per publisher and subscriber
    std::uint32_t slots = 0;      // of a ring, or of an exchange
    std::uint32_t stretch = 0;    // overwrite: slots reclaimed at a time
    std::uint64_t size = 0;       // largest payload, bytes
    std::uint64_t alignment = 0;  // of payloads, bytes
    std::uint64_t patience = 0;   // nanoseconds, 0: for ever

    friend constexpr bool operator==(const Geometry&, const Geometry&) = default;

    // Topic: twice as many publishers' entries as may be active, for departed ones to stay.
    [[nodiscard]] constexpr std::uint32_t lanes() const noexcept { return 2 * leading; }
    [[nodiscard]] constexpr std::uint32_t leading_entries() const noexcept {
        return kind == Kind::Topic ? lanes() : leading;
    }
    [[nodiscard]] constexpr std::uint32_t entries() const noexcept {
        return leading_entries() + following;
    }

    [[nodiscard]] constexpr std::uint64_t stride() const noexcept {
        return round_up(size + sizeof(SlotHeader), std::max<std::uint64_t>(alignment, line));
    }
    // From the segment's start to the first payload; its header lies just before.
    [[nodiscard]] constexpr std::uint64_t first_payload() const noexcept {
        if (alignment <= sizeof(SlotHeader)) return slots_offset + sizeof(SlotHeader);
        return round_up(slots_offset + sizeof(SlotHeader), alignment);
    }
    [[nodiscard]] constexpr std::uint64_t payload_offset(std::uint64_t sequence) const noexcept {
        return first_payload() + (sequence - 1) % slots * stride();
    }
    // A segment of slots: a publisher's ring, a client's exchange.
    [[nodiscard]] constexpr std::uint64_t slots_bytes() const noexcept {
        return round_up(first_payload() + slots * stride(), page);
    }
    [[nodiscard]] constexpr std::uint64_t publisher_bytes() const noexcept { return slots_bytes(); }
    [[nodiscard]] constexpr std::uint64_t lane_bytes() const noexcept {
        return sizeof(LaneHead) + round_up(holds * sizeof(Word), line);
    }
    [[nodiscard]] constexpr std::uint64_t subscriber_bytes() const noexcept {
        return round_up(sizeof(SubscriberHeader) + lanes() * lane_bytes(), page);
    }
    // What one attachment in this role takes.
    [[nodiscard]] constexpr std::uint64_t segment_bytes(Role role) const noexcept {
        switch (role) {
            case Role::Publisher:
                return publisher_bytes();
            case Role::Subscriber:
                return subscriber_bytes();
            case Role::Client:
                return slots_bytes();
            case Role::Server:
            case Role::Writer:
            case Role::Reader:
                break;
        }
        return page;
    }
    [[nodiscard]] constexpr std::uint64_t roster_bytes() const noexcept {
        return round_up(sizeof(RosterHeader) + entries() * sizeof(RosterEntry), page);
    }

    // What the region takes itself, besides its attachments: raw, also the lock and the first
    // bytes.
    [[nodiscard]] constexpr std::uint64_t region_bytes() const noexcept {
        return roster_bytes() + (kind == Kind::Raw ? page + size : 0);
    }

    static constexpr std::uint64_t page = 4096;
    [[nodiscard]] static constexpr std::uint64_t round_up(std::uint64_t n,
                                                          std::uint64_t to) noexcept {
        return (n + to - 1) / to * to;
    }
};

}  // namespace bus::abi
