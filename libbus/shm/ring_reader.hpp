// The reading half of a topic's ring: one subscriber over one publisher's segment, which it can
// only read, and over its own lane, which only it can write.
//
// Everything read from the publisher's segment is read once into a local and bounded by the
// geometry. A publisher that scribbles can make its own samples wrong or missing, nothing else:
// every loop is bounded by the number of slots.
//
// block: the cursor in the lane keeps the publisher from reusing what is at or behind it.
// overwrite: a sample is taken in three steps - its stamp is seen, a hold is stated, the floor is
// checked. If the floor has passed it meanwhile, the hold came too late and the sample is missed.
//
// The usual steps are LaneEnd's, inline in the application. What they leave for this class to know
// is one word: the sample that is out and was lent there, which then has hold 0.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <bus/ring_end.hpp>

#include "abi/geometry.hpp"
#include "abi/layout.hpp"
#include "base/fence.hpp"

namespace bus::shm {

class RingReader {
public:
    struct Taken {
        const std::byte* payload = nullptr;  // null: nothing
        std::uint64_t sequence = 0;
        std::uint32_t size = 0;  // bytes, at most geometry.size
        std::uint32_t hold = 0;  // give it back with release()
    };
    enum class Start {
        First,    // the subscriber was there before the publisher: all it ever published
        History,  // it came later: what the history keeps
    };

    // Over `publisher`'s segment; `lane` is the subscriber's own for it. Follow with bind().
    RingReader(const std::byte* segment, std::byte* lane, const abi::Geometry& geometry,
               std::uint64_t publisher);

    // Chooses the first sequence to take, and states it so that the publisher keeps it. Fences
    // heavily.
    void bind(Start start) noexcept;

    [[nodiscard]] Taken take() noexcept;

    // The newest published sample; older ones are passed over.
    [[nodiscard]] Taken latest() noexcept;

    // Gives a taken sample back.
    void release(std::uint32_t hold) noexcept;

    // For the usual steps, taken inline.
    [[nodiscard]] LaneEnd& end() noexcept { return end_; }

    // True when take() would look at something: a sample, a skip, or that it was overrun.
    [[nodiscard]] bool ready() const noexcept {
        const auto stamp = next_header()->stamp.load(std::memory_order_acquire);
        return (stamp & ~abi::skipped_bit) >= end_.next && free_holds() != 0;
    }
    // True when everything that the publisher published was taken. For a publisher that has
    // departed: its memory changes no more, so what the next slot says is final, whatever it wrote
    // elsewhere.
    [[nodiscard]] bool drained() const noexcept {
        const auto stamp = next_header()->stamp.load(std::memory_order_acquire) & ~abi::skipped_bit;
        if (stamp == end_.next) return false;
        return stamp < end_.next || header_->floor.load(std::memory_order_acquire) <= end_.next;
    }
    [[nodiscard]] bool holding() const noexcept { return free_holds() != all_holds_; }
    // block: a publisher that sleeps for want of room may go on; after light_fence().
    [[nodiscard]] const abi::Word& publisher_epoch() const noexcept { return header_->sleep.epoch; }
    // block: true once after take() moved the cursor over skips, which frees room as a release
    // does.
    [[nodiscard]] bool moved_without_release() noexcept {
        return std::exchange(passed_skips_, false);
    }
    [[nodiscard]] std::uint64_t publisher() const noexcept { return publisher_; }
    [[nodiscard]] std::uint64_t missed() const noexcept { return missed_; }
    // Requires: the hold is in use.
    [[nodiscard]] std::uint64_t sequence_of(std::uint32_t hold) const noexcept {
        return end_.lends() ? end_.next - 1 : held_[hold];
    }
    // The time in a taken sample's header. Requires: payload came from take() and is still held.
    [[nodiscard]] static std::uint64_t time_of(const std::byte* payload) noexcept {
        return header_of(payload)->time.load(
            std::memory_order_relaxed);  // relaxed: after the stamp
    }

private:
    static const abi::SlotHeader* header_of(const std::byte* payload) noexcept {
        return reinterpret_cast<const abi::SlotHeader*>(payload - sizeof(abi::SlotHeader));
    }
    [[nodiscard]] const abi::SlotHeader* next_header() const noexcept {
        return header_of(end_.payload);
    }
    [[nodiscard]] const std::byte* payload_of(std::uint64_t sequence) const noexcept {
        return end_.first + (sequence - 1) % geometry_.slots * end_.stride;
    }
    [[nodiscard]] abi::Word* holds() const noexcept {
        return reinterpret_cast<abi::Word*>(lane_ + 1);
    }

    [[nodiscard]] std::uint64_t free_holds() const noexcept {
        return end_.lends() ? free_holds_ & ~std::uint64_t{1} : free_holds_;
    }
    // What the usual steps left becomes a hold like any other, and they stop until allow_usual().
    void settle() noexcept {
        if (end_.lends()) {
            free_holds_ &= ~std::uint64_t{1};
            held_[0] = end_.next - 1;
        }
        end_.lent = LaneEnd::unusual();
    }
    void allow_usual() noexcept {
        const bool usual = may_be_usual_ && free_holds_ == all_holds_ && gap_ == 0 && !to_say_;
        end_.lent = usual ? nullptr : LaneEnd::unusual();
    }
    // Skips before the next sample, of which the stamp was seen.
    [[nodiscard]] std::uint32_t next_skips() const noexcept {
        const auto extent = next_header()->extent.load(std::memory_order_relaxed);
        return abi::SlotExtent::unpack(extent).skips;
    }
    std::uint32_t claim_hold() noexcept {
        const auto hold = static_cast<std::uint32_t>(std::countr_zero(free_holds_));
        free_holds_ &= free_holds_ - 1;
        return hold;
    }
    // Borrows the next sample, of which the stamp was seen.
    Taken lend_next() noexcept {
        if (gap_ != 0) [[unlikely]]
            count_missed(next_skips());
        return lend(claim_hold());
    }
    Taken lend(std::uint32_t hold) noexcept {
        // relaxed: after the stamp
        const auto extent = next_header()->extent.load(std::memory_order_relaxed);
        auto size = abi::SlotExtent::unpack(extent).size;
        if (size > geometry_.size) [[unlikely]]
            size = static_cast<std::uint32_t>(geometry_.size);
        if (size != geometry_.size) {
            short_[hold] = static_cast<std::uint32_t>(geometry_.size) - size;
            to_say_ = true;
        }
        held_[hold] = end_.next;
        const Taken taken{end_.payload, end_.next, size, hold};
        end_.advance();
        return taken;
    }
    // overwrite: states a hold on the next sample, of which the stamp was seen, then borrows it;
    // nothing when the floor has passed it meanwhile.
    Taken hold_next() noexcept {
        auto& hold = holds()[std::countr_zero(free_holds_)];
        hold.store(end_.next, std::memory_order_release);  // acquired in reclaim_stretch()
        base::light_fence(geometry_.fence);
        if (header_->floor.load(std::memory_order_acquire) <= end_.next) [[likely]]
            return lend_next();
        hold.store(0, std::memory_order_relaxed);  // relaxed: nothing was read under it
        return {};
    }
    // What is passed over before the next sample is nobody's loss: the newest was asked for.
    static constexpr std::uint64_t uncounted = ~std::uint64_t{0};
    Taken take_settled() noexcept;
    Taken take_past(std::uint64_t stamp) noexcept;
    Taken latest_settled() noexcept;
    Taken take_newest(std::uint64_t head) noexcept;
    void move_to(std::uint64_t sequence) noexcept;
    void pass_to(std::uint64_t sequence) noexcept;
    [[nodiscard]] bool catch_up() noexcept;
    void count_missed(std::uint32_t skips) noexcept;
    void state_cursor() noexcept {
        if (free_holds_ == all_holds_ && !to_say_) [[likely]] {
            lane_->cursor.store(end_.next, std::memory_order_release);  // acquired in look()
            return;
        }
        const auto oldest = oldest_held();
        lane_->cursor.store(oldest, std::memory_order_release);  // acquired in look()
        say_counts(oldest);
    }
    void say_counts(std::uint64_t cursor) noexcept;
    [[nodiscard]] std::uint32_t skips_before(std::uint64_t first) const noexcept;
    [[nodiscard]] std::uint64_t oldest_held() const noexcept;
    [[nodiscard]] std::uint64_t stamp_of(std::uint64_t sequence) const noexcept;
    [[nodiscard]] std::uint64_t first_to_take(Start start, std::uint64_t floor) const noexcept;

    // Hot: what the usual steps touch, together.
    LaneEnd end_;
    abi::LaneHead* lane_ = nullptr;
    const abi::PublisherHeader* header_ = nullptr;
    std::uint64_t free_holds_ = 0;  // bit i: hold i is free; but see end_.lent
    std::uint64_t all_holds_ = 0;
    std::uint64_t gap_ = 0;      // after being overrun: the first sequence not taken; or uncounted
    bool to_say_ = false;        // the next cursor comes with other counts than the last one
    bool may_be_usual_ = false;  // a lossless topic whose light fences cost nothing
    abi::Geometry geometry_;
    // Cold.
    std::uint64_t untaken_ = 0;  // sequences before end_.next that were not taken
    std::uint64_t unused_ = 0;   // what samples given back fell short of the largest payload, bytes
    std::uint32_t skips_ = 0;    // sequences skipped before end_.next (before gap_), modulo 2^32
    bool passed_skips_ = false;  // see moved_without_release()
    std::uint64_t missed_ = 0;
    std::uint64_t publisher_ = 0;
    std::array<std::uint64_t, 64> held_{};   // by hold: its sequence
    std::array<std::uint32_t, 64> short_{};  // by hold: what it falls short; 0 when it is free
};

}  // namespace bus::shm
