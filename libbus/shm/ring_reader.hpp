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
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

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

    [[nodiscard]] Taken take() noexcept {
        const auto stamp = next_header()->stamp.load(std::memory_order_acquire);  // see publish()
        if (stamp == next_ && free_holds_ != 0) [[likely]] {
            look_ahead();
            if (geometry_.overflow == Overflow::Block) return lend_next();
            if (const auto taken = hold_next(); taken.payload != nullptr) return taken;
        } else if ((stamp & ~abi::skipped_bit) < next_) {
            streak_ = 0;
            return {};  // not published yet
        }
        return take_past(stamp);
    }

    // The usual case of take() and nothing else, in few instructions: a lossless topic, the next
    // sample is there, and no other is held. What it does not answer, take() does.
    [[nodiscard]] Taken take_usual() noexcept {
        const auto stamp = next_header()->stamp.load(std::memory_order_acquire);  // see publish()
        if (stamp != next_ || free_holds_ != usual_holds_ || gap_ != 0) return {};
        look_ahead();
        free_holds_ = all_holds_ - 1;
        return lend(0);
    }

    // The newest published sample; older ones are passed over.
    [[nodiscard]] Taken latest() noexcept;

    // Gives a taken sample back.
    void release(std::uint32_t hold) noexcept {
        if (hold == 0 && free_holds_ == all_holds_ - 1) [[likely]]
            free_holds_ = all_holds_;
        else
            free_holds_ |= std::uint64_t{1} << hold;
        if (geometry_.overflow == Overflow::Overwrite)
            holds()[hold].store(0, std::memory_order_release);  // acquired in reclaim_stretch()
        state_cursor();
    }

    // True when take() would look at something: a sample, a skip, or that it was overrun.
    [[nodiscard]] bool ready() const noexcept {
        const auto stamp = next_header()->stamp.load(std::memory_order_acquire);
        return (stamp & ~abi::skipped_bit) >= next_ && free_holds_ != 0;
    }
    // True when everything that the publisher published was taken. For a publisher that has
    // departed.
    [[nodiscard]] bool drained() const noexcept {
        return next_ > header_->head.load(std::memory_order_acquire);
    }
    [[nodiscard]] bool holding() const noexcept { return free_holds_ != all_holds_; }
    // block: a publisher that sleeps for want of room may go on; after light_fence().
    [[nodiscard]] const abi::Word& publisher_epoch() const noexcept { return header_->sleep.epoch; }
    // block: true once after take() moved the cursor over skips, which frees room as a release
    // does.
    [[nodiscard]] bool moved_without_release() noexcept {
        return std::exchange(passed_skips_, false);
    }
    [[nodiscard]] std::uint64_t publisher() const noexcept { return publisher_; }
    [[nodiscard]] std::uint64_t missed() const noexcept { return missed_; }
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
        return header_of(next_payload_);
    }
    [[nodiscard]] const std::byte* payload_of(std::uint64_t sequence) const noexcept {
        return first_payload_ + (sequence - 1) % geometry_.slots * stride_;
    }
    [[nodiscard]] abi::Word* holds() const noexcept {
        return reinterpret_cast<abi::Word*>(lane_ + 1);
    }

    // Takes one after the other without waiting mean that the publisher is ahead: then the lines
    // that come next are fetched while this one is looked at. Otherwise they are left alone,
    // because a line fetched before it is written is one that the publisher must take back.
    void look_ahead() noexcept {
        if (++streak_ <= ahead_slots) return;
        const auto* line = next_payload_ + ahead_;
        if (line >= end_payload_) line -= end_payload_ - first_payload_;
        __builtin_prefetch(line - sizeof(abi::SlotHeader));
    }
    void advance() noexcept {
        ++next_;
        next_payload_ += stride_;
        if (next_payload_ == end_payload_) [[unlikely]]
            next_payload_ = first_payload_;
    }
    // Almost always none is in use, and then 0 is the answer whatever was free before.
    std::uint32_t claim_hold() noexcept {
        if (free_holds_ == all_holds_) [[likely]] {
            free_holds_ = all_holds_ - 1;
            return 0;
        }
        const auto hold = static_cast<std::uint32_t>(std::countr_zero(free_holds_));
        free_holds_ &= free_holds_ - 1;
        return hold;
    }
    // Borrows the next sample, of which the stamp was seen.
    Taken lend_next() noexcept {
        if (gap_ != 0) [[unlikely]]
            count_missed(next_header()->skips.load(std::memory_order_relaxed));
        return lend(claim_hold());
    }
    Taken lend(std::uint32_t hold) noexcept {
        auto size =
            next_header()->size.load(std::memory_order_relaxed);  // relaxed: after the stamp
        if (size > geometry_.size) [[unlikely]]
            size = static_cast<std::uint32_t>(geometry_.size);
        held_[hold] = next_;
        const Taken taken{next_payload_, next_, size, hold};
        advance();
        // relaxed: statistics, own stores
        lane_->taken.store(lane_->taken.load(std::memory_order_relaxed) + 1,
                           std::memory_order_relaxed);
        lane_->bytes.store(lane_->bytes.load(std::memory_order_relaxed) + size,
                           std::memory_order_relaxed);
        return taken;
    }
    // overwrite: states a hold on the next sample, of which the stamp was seen, then borrows it;
    // nothing when the floor has passed it meanwhile.
    Taken hold_next() noexcept {
        auto& hold = holds()[std::countr_zero(free_holds_)];
        hold.store(next_, std::memory_order_release);  // acquired in reclaim_stretch()
        base::light_fence(geometry_.fence);
        if (header_->floor.load(std::memory_order_acquire) <= next_) [[likely]]
            return lend_next();
        hold.store(0, std::memory_order_relaxed);  // relaxed: nothing was read under it
        return {};
    }
    Taken take_past(std::uint64_t stamp) noexcept;
    Taken take_newest(std::uint64_t head) noexcept;
    void move_to(std::uint64_t sequence) noexcept;
    [[nodiscard]] bool catch_up() noexcept;
    void count_missed(std::uint32_t skips) noexcept;
    void state_cursor() noexcept {
        const auto oldest = free_holds_ == all_holds_ ? next_ : oldest_held();
        lane_->cursor.store(oldest, std::memory_order_release);  // acquired in look()
    }
    [[nodiscard]] std::uint64_t oldest_held() const noexcept;
    [[nodiscard]] std::uint64_t stamp_of(std::uint64_t sequence) const noexcept;
    [[nodiscard]] std::uint64_t first_to_take(Start start, std::uint64_t floor) const noexcept;

    // Hot: what take() and release() touch, together.
    std::uint64_t next_ = 1;
    const std::byte* next_payload_ = nullptr;
    const std::byte* end_payload_ = nullptr;
    const std::byte* first_payload_ = nullptr;
    std::uint64_t stride_ = 0;
    std::uint64_t free_holds_ = 0;  // bit i: hold i is free
    std::uint64_t all_holds_ = 0;
    std::uint64_t usual_holds_ = 0;  // what free_holds_ is in the usual case; 0: there is none
    abi::LaneHead* lane_ = nullptr;
    const abi::PublisherHeader* header_ = nullptr;
    std::uint64_t streak_ = 0;  // takes since one found nothing
    std::uint64_t ahead_ = 0;   // bytes from a slot to the one that is fetched ahead of it
    static constexpr std::uint64_t ahead_slots = 16;
    std::uint64_t gap_ = 0;  // after being overrun: the first sequence not taken
    abi::Geometry geometry_;
    // Cold.
    std::uint32_t skips_ = 0;    // sequences skipped before next_ (before gap_), modulo 2^32
    bool passed_skips_ = false;  // see moved_without_release()
    std::uint64_t missed_ = 0;
    std::uint64_t publisher_ = 0;
    std::array<std::uint64_t, 64> held_{};  // by hold: its sequence
};

}  // namespace bus::shm
