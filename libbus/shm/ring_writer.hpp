// The writing half of a topic's ring: one publisher over its own segment.
//
// The next sequence is claimed, filled, and published by one release store of its stamp. Two
// numbers bound it: `stop`, up to which sequences may be claimed without looking at anyone, and
// the floor, the oldest sequence that may still be taken.
//
// Invariants
// 1. A slot is rewritten only when the sequence in it lies below the floor.
// 2. The floor is raised before a newcomer's absence is established: raise, fence, look again. A
// reader
//    states its cursor or hold, fences, then checks the floor. So either the reader sees the raised
//    floor and lets go, or this side sees its statement and spares the slot.
// 3. block: no sequence at or above the smallest cursor stated is below `stop - slots`.
// 4. overwrite: sequences whose slot is held are published as skips; only their stamp is written.
// 5. A slot on loan is never claimed again: the floor stays at or below the oldest loan.
//
// Rejected: a shared head that readers poll (a second line per message), per-slot reference counts
// (shared writable, a death leaks them), compare-and-swap anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <bus/ring_end.hpp>

#include "abi/geometry.hpp"
#include "abi/layout.hpp"
#include "base/fence.hpp"
#include "shm/peers.hpp"

namespace bus::shm {

class RingWriter {
public:
    struct Claim {
        std::byte* payload = nullptr;
        std::uint64_t sequence = 0;  // 0: no room
    };

    // Over a segment that format_publisher() laid out for `attachment` and nobody wrote to since.
    RingWriter(std::byte* segment, const abi::Geometry& geometry, std::uint64_t attachment);

    // Takes the next sequence, or answers sequence 0 when there is no room now.
    [[nodiscard]] Claim claim(Peers& peers) noexcept {
        if (end_.next == end_.stop && !extend(peers)) [[unlikely]]
            return {};
        const auto sequence = end_.next;
        return {end_.claim(), sequence};
    }

    // Makes a claim visible with `size` payload bytes; claims become visible in claim order.
    // Requires: sequence and payload are of one claim, not yet published; size <= geometry.size.
    void publish(std::byte* payload, std::uint64_t sequence, std::uint32_t size,
                 std::uint64_t time) noexcept {
        // relaxed: made visible by the stamp
        if (time != 0) header_of(payload)->time.store(time, std::memory_order_relaxed);
        stamp(payload, sequence, size);
        raise_head(sequence, size);
    }
    // The sequence of a claim that is out, by its payload.
    [[nodiscard]] std::uint64_t sequence_at(const std::byte* payload) const noexcept;

    // Gives a claim back: readers pass over it.
    void give_back(std::byte* payload, std::uint64_t sequence) noexcept;

    // Looks for room without claiming: true when claim() would succeed.
    [[nodiscard]] bool has_room(Peers& peers) noexcept {
        return end_.next != end_.stop || extend(peers);
    }

    // Counts a time that the publisher found no room.
    void count_stall() noexcept;

    // The sequence that the next claim takes.
    [[nodiscard]] std::uint64_t next() const noexcept { return end_.next; }
    [[nodiscard]] Fence fence() const noexcept { return geometry_.fence; }

    // For the usual steps, taken inline. Its owner says whom to look at: `change`, `seen`,
    // `epochs`, `plain`.
    [[nodiscard]] PublisherEnd& end() noexcept { return end_; }

private:
    static abi::SlotHeader* header_of(std::byte* payload) noexcept {
        return reinterpret_cast<abi::SlotHeader*>(payload - sizeof(abi::SlotHeader));
    }
    // All up to here are published or skipped.
    [[nodiscard]] std::uint64_t head() const noexcept {
        return header_->head.load(std::memory_order_relaxed);  // relaxed: own store
    }
    [[nodiscard]] std::uint64_t slot_of(std::uint64_t sequence) const noexcept {
        return (sequence - 1) % geometry_.slots;
    }
    [[nodiscard]] std::uint64_t stamp_of(std::uint64_t sequence) const noexcept;

    [[nodiscard]] std::uint64_t extent_of(std::uint32_t size) const noexcept {
        return abi::SlotExtent{size, static_cast<std::uint32_t>(skips_)}.pack();
    }
    void stamp(std::byte* payload, std::uint64_t sequence, std::uint32_t size) noexcept {
        auto* header = header_of(payload);
        // relaxed: made visible by the stamp
        header->extent.store(extent_of(size), std::memory_order_relaxed);
        // release: hands over payload and header; acquired in LaneEnd::take()
        header->stamp.store(sequence, std::memory_order_release);
    }
    // For a sample that the head has passed.
    void count_unused(std::uint32_t size) noexcept {
        const auto unused = header_->unused.load(std::memory_order_relaxed);  // relaxed: own store
        // release: after the head, so that the count never runs ahead of it
        header_->unused.store(unused + full_size_ - size, std::memory_order_release);
    }
    void raise_head(std::uint64_t sequence, std::uint32_t size) noexcept {
        if (sequence != head() + 1) return;  // an older loan is still out
        if (sequence + 1 != end_.next) [[unlikely]]
            sequence = pass_published(sequence);
        header_->head.store(sequence, std::memory_order_release);  // acquired by joiners, latest()
        if (size != full_size_) count_unused(size);
    }
    [[nodiscard]] std::uint64_t pass_published(std::uint64_t head) noexcept;
    void count_passed(std::uint64_t sequence) noexcept;
    void skip(abi::SlotHeader* header, std::uint64_t sequence) noexcept;

    [[nodiscard]] bool extend(Peers& peers) noexcept;
    [[nodiscard]] bool extend_block(Peers& peers) noexcept;
    [[nodiscard]] bool extend_overwrite(Peers& peers) noexcept;
    [[nodiscard]] std::uint64_t oldest_needed(std::span<SubscriberView> peers) noexcept;
    [[nodiscard]] bool reclaim_stretch(Peers& peers) noexcept;
    void pass_held() noexcept;
    void raise_floor(std::uint64_t floor) noexcept;

    // Hot: what the usual steps touch, together.
    PublisherEnd end_;
    abi::PublisherHeader* header_ = nullptr;
    std::uint64_t skips_ = 0;      // sequences up to the head that were skipped
    std::uint64_t full_size_ = 0;  // bytes of the largest payload
    // Cold.
    std::uint64_t floor_ = 1;
    std::uint64_t reclaimed_ = 0;      // overwrite: sequences before this have a reclaimed slot
    std::vector<std::uint64_t> held_;  // overwrite: sequences to skip, ascending; capacity fixed
    std::size_t next_held_ = 0;
    std::uint64_t attachment_ = 0;
    abi::Geometry geometry_;
};

}  // namespace bus::shm
