// The writing half of a topic's ring: one publisher over its own segment.
//
// The next sequence is claimed, filled, and published by one release store of its stamp. Two
// numbers bound it: `stop_`, up to which sequences may be claimed without looking at anyone, and
// the floor, the oldest sequence that may still be taken.
//
// Invariants
// 1. A slot is rewritten only when the sequence in it lies below the floor.
// 2. The floor is raised before a newcomer's absence is established: raise, fence, look again. A
// reader
//    states its cursor or hold, fences, then checks the floor. So either the reader sees the raised
//    floor and lets go, or this side sees its statement and spares the slot.
// 3. block: no sequence at or above the smallest cursor stated is below `stop_ - slots`.
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

#include "abi/geometry.hpp"
#include "abi/layout.hpp"
#include "base/fence.hpp"
#include "base/prefetch.hpp"
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
        if (next_ == stop_ && !extend(peers)) [[unlikely]]
            return {};
        return claim_next();
    }
    // claim() in the usual case, without a look at anyone: ready() first.
    [[nodiscard]] bool ready() const noexcept { return next_ != stop_; }
    [[nodiscard]] Claim claim_next() noexcept {
        const Claim claimed{next_payload_, next_};
        look_ahead();
        advance();
        return claimed;
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
    // Whether one claim is out and no more; then publish_only() does what publish() does
    // without a time, in fewer stores and without a call.
    [[nodiscard]] bool only_claim() const noexcept { return head() + 2 == next_; }
    void publish_only(std::byte* payload, std::uint32_t size) noexcept {
        stamp(payload, next_ - 1, size);
        // release: acquired by joiners and latest()
        header_->head.store(next_ - 1, std::memory_order_release);
        if (size != full_size_) count_unused(size);
    }
    // The sequence of a claim that is out, by its payload.
    [[nodiscard]] std::uint64_t sequence_at(const std::byte* payload) const noexcept;

    // Gives a claim back: readers pass over it.
    void give_back(std::byte* payload, std::uint64_t sequence) noexcept;

    // Looks for room without claiming: true when claim() would succeed.
    [[nodiscard]] bool has_room(Peers& peers) noexcept { return next_ != stop_ || extend(peers); }

    // Counts a time that the publisher found no room.
    void count_stall() noexcept;

    // The sequence that the next claim takes.
    [[nodiscard]] std::uint64_t next() const noexcept { return next_; }
    [[nodiscard]] Fence fence() const noexcept { return geometry_.fence; }

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

    // Readers had the lines of a slot that is free again: they are asked back before they are
    // written, as long as there is room and nobody can be waiting for one of them.
    void look_ahead() noexcept {
        if (stop_ - next_ <= ahead_slots) return;
        auto* line = next_payload_ + ahead_;
        base::prefetch_for_write(line - sizeof(abi::SlotHeader));
    }
    void stamp(std::byte* payload, std::uint64_t sequence, std::uint32_t size) noexcept {
        auto* header = header_of(payload);
        // relaxed: made visible by the stamp
        const abi::SlotExtent extent{size, static_cast<std::uint32_t>(skips_)};
        header->extent.store(extent.pack(), std::memory_order_relaxed);
        // release: hands over payload and header; acquired in RingReader::take()
        header->stamp.store(sequence, std::memory_order_release);
    }
    // For a sample that the head has passed.
    void count_unused(std::uint32_t size) noexcept {
        const auto unused = header_->unused.load(std::memory_order_relaxed);  // relaxed: own store
        // release: after the head, so that the count never runs ahead of it
        header_->unused.store(unused + full_size_ - size, std::memory_order_release);
    }
    void advance() noexcept {
        ++next_;
        next_payload_ += stride_;
        if (next_payload_ == end_payload_) [[unlikely]]
            next_payload_ = first_payload_;
    }
    void raise_head(std::uint64_t sequence, std::uint32_t size) noexcept {
        if (sequence != head() + 1) return;  // an older loan is still out
        if (sequence + 1 != next_) [[unlikely]]
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

    // Hot: what claim() and publish() touch, together.
    std::uint64_t next_ = 1;  // the next sequence to claim
    std::uint64_t stop_;  // claim may go up to, not including, this one; at first one lap, which
                          // reuses nothing
    std::byte* next_payload_ = nullptr;
    std::byte* end_payload_ = nullptr;
    std::byte* first_payload_ = nullptr;
    std::uint64_t stride_ = 0;
    std::uint64_t ahead_ = 0;  // bytes from a slot to the one that is asked for ahead of it
    static constexpr std::uint64_t ahead_slots = 16;
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
