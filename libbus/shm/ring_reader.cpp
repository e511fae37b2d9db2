#include "shm/ring_reader.hpp"

#include <algorithm>

namespace bus::shm {

RingReader::RingReader(const std::byte* segment, std::byte* lane, const abi::Geometry& geometry,
                       std::uint64_t publisher)
    : lane_{reinterpret_cast<abi::LaneHead*>(lane)},
      header_{reinterpret_cast<const abi::PublisherHeader*>(segment)},
      free_holds_{~std::uint64_t{0} >> (64 - geometry.holds)},
      all_holds_{free_holds_},
      may_be_usual_{geometry.overflow == Overflow::Block && geometry.fence == Fence::Asymmetric},
      geometry_{geometry},
      publisher_{publisher} {
    end_.payload = end_.first = segment + geometry.first_payload();
    end_.stride = geometry.stride();
    end_.end = end_.first + geometry.slots * end_.stride;
    end_.full = geometry.size;
    end_.cursor = &lane_->cursor;
    end_.epoch = &header_->sleep.epoch;
}

std::uint64_t RingReader::stamp_of(std::uint64_t sequence) const noexcept {
    return header_of(payload_of(sequence))->stamp.load(std::memory_order_acquire);  // see publish()
}

// The oldest of the last `history` samples that is still there, or what comes after the newest.
std::uint64_t RingReader::first_to_take(Start start, std::uint64_t floor) const noexcept {
    if (start == Start::First) return std::max<std::uint64_t>(floor, 1);
    const auto head = header_->head.load(std::memory_order_acquire);  // see raise_head()
    auto first = head + 1;
    auto wanted = geometry_.history;
    const auto oldest =
        std::max<std::uint64_t>(floor, head < geometry_.slots ? 1 : head - geometry_.slots + 1);
    for (auto sequence = head; wanted > 0 && sequence >= oldest && sequence > 0; --sequence) {
        const auto stamp = stamp_of(sequence);
        if (stamp == sequence) {
            first = sequence;
            --wanted;
        } else if (stamp != (sequence | abi::skipped_bit)) {
            break;
        }
    }
    return std::max(first, floor);
}

// Exact while nothing is published meanwhile, else too many: then what is missed before the first
// sample passes for skipped, as far as there is doubt.
std::uint32_t RingReader::skips_before(std::uint64_t first) const noexcept {
    if (first == 1) return 0;
    if (stamp_of(first) == first) return next_skips();
    return static_cast<std::uint32_t>(header_->skips.load(std::memory_order_relaxed));  // a hint
}

void RingReader::bind(Start start) noexcept {
    lane_->publisher.store(0, std::memory_order_release);
    // relaxed, here and for the counters: own lane, made visible with its owner below
    for (std::uint32_t i = 0; i < geometry_.holds; ++i)
        holds()[i].store(0, std::memory_order_relaxed);
    // counts go on from publisher to publisher
    missed_ = lane_->missed.load(std::memory_order_relaxed);
    unused_ = lane_->unused.load(std::memory_order_relaxed);
    const auto taken = abi::taken(*lane_);
    std::uint64_t first = 1;
    // An honest publisher lets this settle in two rounds, in three where loans were given back: it
    // spares a cursor that it has seen.
    for (int round = 0; round < 8; ++round) {
        first = first_to_take(start, header_->floor.load(std::memory_order_acquire));
        untaken_ = first - 1 - taken;
        lane_->untaken.store(untaken_, std::memory_order_relaxed);
        lane_->cursor.store(first, std::memory_order_relaxed);
        lane_->publisher.store(publisher_, std::memory_order_release);  // acquired in look()
        base::heavy_fence(geometry_.fence);
        if (header_->floor.load(std::memory_order_acquire) <= first) break;
    }
    settle();
    move_to(first);
    if (start == Start::First && first > 1) gap_ = 1;
    if (start == Start::History) {
        gap_ = first;  // which ends with the first sample, if nothing is missed before
        skips_ = skips_before(first);
    }
    allow_usual();
}

RingReader::Taken RingReader::take() noexcept {
    settle();
    const auto taken = take_settled();
    allow_usual();
    return taken;
}

RingReader::Taken RingReader::take_settled() noexcept {
    const auto stamp = next_header()->stamp.load(std::memory_order_acquire);  // see publish()
    if (stamp == end_.next && free_holds_ != 0) [[likely]] {
        if (geometry_.overflow == Overflow::Block) return lend_next();
        if (const auto taken = hold_next(); taken.payload != nullptr) return taken;
    } else if ((stamp & ~abi::skipped_bit) < end_.next) {
        return {};  // not published yet
    }
    return take_past(stamp);
}

void RingReader::release(std::uint32_t hold) noexcept {
    settle();
    free_holds_ |= std::uint64_t{1} << hold;
    if (geometry_.overflow == Overflow::Overwrite)
        holds()[hold].store(0, std::memory_order_release);  // acquired in reclaim_stretch()
    if (to_say_) unused_ += std::exchange(short_[hold], 0);
    state_cursor();
    allow_usual();
}

RingReader::Taken RingReader::take_past(std::uint64_t stamp) noexcept {
    for (std::uint32_t step = 0; step <= geometry_.slots && free_holds_ != 0; ++step) {
        if (stamp == end_.next) {
            if (geometry_.overflow == Overflow::Block) return lend_next();
            if (const auto taken = hold_next(); taken.payload != nullptr) return taken;
            if (!catch_up()) return {};
        } else if (stamp == (end_.next | abi::skipped_bit)) {
            if (gap_ == 0) ++skips_;
            ++untaken_;
            to_say_ = true;
            end_.advance();
            state_cursor();
            passed_skips_ = true;
        } else if ((stamp & ~abi::skipped_bit) < end_.next || !catch_up()) {
            return {};
        }
        stamp = next_header()->stamp.load(std::memory_order_acquire);  // see publish()
    }
    return {};
}

// Overrun: goes on at the floor. False when the floor does not confirm it (a scribbling publisher).
bool RingReader::catch_up() noexcept {
    const auto floor = header_->floor.load(std::memory_order_acquire);
    if (floor <= end_.next) return false;
    if (gap_ == 0) gap_ = end_.next;
    pass_to(floor);
    state_cursor();
    return true;
}

// What lies between the gap's first sequence and the one being lent now, less the skips among it.
// Only of a slot that is kept is it sure that what it says of skips belongs to its stamp.
void RingReader::count_missed(std::uint32_t skips) noexcept {
    const auto passed = gap_ == uncounted ? 0 : end_.next - gap_;
    const auto skipped = std::min<std::uint64_t>(passed, skips - skips_);
    missed_ += passed - skipped;
    lane_->missed.store(missed_, std::memory_order_relaxed);  // relaxed: statistics
    skips_ = skips;
    gap_ = 0;
}

RingReader::Taken RingReader::latest() noexcept {
    settle();
    const auto taken = latest_settled();
    allow_usual();
    return taken;
}

RingReader::Taken RingReader::latest_settled() noexcept {
    for (int attempt = 0; attempt < 4; ++attempt) {
        const auto head = header_->head.load(std::memory_order_acquire);  // see raise_head()
        if (head < end_.next || free_holds_ == 0) return {};
        if (const auto taken = take_newest(head); taken.payload != nullptr) return taken;
    }
    return take_settled();  // overrun at every attempt: settle for the next that is there
}

RingReader::Taken RingReader::take_newest(std::uint64_t head) noexcept {
    const auto oldest =
        std::max(end_.next, head < geometry_.slots ? 1 : head - geometry_.slots + 1);
    for (auto sequence = head; sequence >= oldest; --sequence) {
        const auto stamp = stamp_of(sequence);
        if (stamp == (sequence | abi::skipped_bit)) continue;
        if (stamp != sequence) return {};
        pass_to(sequence);
        gap_ = uncounted;
        return geometry_.overflow == Overflow::Block ? lend_next() : hold_next();
    }
    return {};
}

// Goes on at `sequence` without taking what lies between.
void RingReader::pass_to(std::uint64_t sequence) noexcept {
    untaken_ += sequence - end_.next;
    to_say_ = true;
    move_to(sequence);
}

void RingReader::move_to(std::uint64_t sequence) noexcept {
    end_.next = sequence;
    end_.payload = payload_of(sequence);
}

// What is held does not count yet, wherever it lies; what was given back does, beyond the cursor
// too.
void RingReader::say_counts(std::uint64_t cursor) noexcept {
    const auto held = static_cast<std::uint64_t>(std::popcount(all_holds_ & ~free_holds_));
    // release: after the cursor, see abi::taken()
    lane_->untaken.store(untaken_ + held - (end_.next - cursor), std::memory_order_release);
    lane_->unused.store(unused_, std::memory_order_release);
    to_say_ = held != 0;
}

std::uint64_t RingReader::oldest_held() const noexcept {
    auto oldest = end_.next;
    for (auto held = all_holds_ & ~free_holds_; held != 0; held &= held - 1)
        oldest = std::min(oldest, held_[static_cast<std::size_t>(std::countr_zero(held))]);
    return oldest;
}

}  // namespace bus::shm
