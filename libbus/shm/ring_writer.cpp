#include "shm/ring_writer.hpp"

#include <algorithm>

namespace bus::shm {

static_assert(SlotPlaces::stamp + std::ptrdiff_t{sizeof(abi::SlotHeader)} ==
                  offsetof(abi::SlotHeader, stamp) &&
              SlotPlaces::extent + std::ptrdiff_t{sizeof(abi::SlotHeader)} ==
                  offsetof(abi::SlotHeader, extent) &&
              SlotPlaces::skipped_bit == abi::skipped_bit);

RingWriter::RingWriter(std::byte* segment, const abi::Geometry& geometry, std::uint64_t attachment)
    : header_{reinterpret_cast<abi::PublisherHeader*>(segment)},
      full_size_{geometry.size},
      reclaimed_{geometry.slots + std::uint64_t{1}},
      attachment_{attachment},
      geometry_{geometry} {
    end_.stop = geometry.slots + std::uint64_t{1};  // one lap, which reuses nothing
    end_.payload = end_.first = segment + geometry.first_payload();
    end_.stride = geometry.stride();
    end_.end = end_.first + geometry.slots * end_.stride;
    end_.head = &header_->head;
    end_.extent = extent_of(static_cast<std::uint32_t>(geometry.size));
    if (geometry.overflow == Overflow::Overwrite)
        held_.reserve(std::size_t{geometry.following} * geometry.holds);
}

std::uint64_t RingWriter::stamp_of(std::uint64_t sequence) const noexcept {
    auto* payload = end_.first + slot_of(sequence) * end_.stride;
    return header_of(payload)->stamp.load(std::memory_order_relaxed);  // relaxed: own store
}

void RingWriter::give_back(std::byte* payload, std::uint64_t sequence) noexcept {
    skip(header_of(payload), sequence);
}

// What the skips before a sample are is known once all before it is settled. So a skip is counted
// when the head passes it, and the samples behind it get their count before they come in reach.
void RingWriter::skip(abi::SlotHeader* header, std::uint64_t sequence) noexcept {
    const bool oldest = sequence == head() + 1;
    auto passed = sequence;
    if (oldest) {
        ++skips_;
        passed = pass_published(sequence);
    }
    header->stamp.store(sequence | abi::skipped_bit, std::memory_order_release);  // as in publish()
    if (oldest) header_->head.store(passed, std::memory_order_release);  // as in raise_head()
}

// How far the head can rise: over all that was settled behind it meanwhile.
std::uint64_t RingWriter::pass_published(std::uint64_t head) noexcept {
    while (head + 1 != end_.next) {
        const auto stamp = stamp_of(head + 1);
        if ((stamp & ~abi::skipped_bit) != head + 1) break;
        ++head;
        if (stamp == head)
            count_passed(head);
        else
            ++skips_;
    }
    header_->skips.store(skips_, std::memory_order_relaxed);  // relaxed: statistics
    end_.extent = extent_of(static_cast<std::uint32_t>(full_size_));
    return head;
}

// What a sample that was published before an older loan has to say once the head passes it.
void RingWriter::count_passed(std::uint64_t sequence) noexcept {
    auto& extent = header_of(end_.first + slot_of(sequence) * end_.stride)->extent;
    // relaxed: whoever needs it was overrun, and comes by way of the floor, released later
    auto said = abi::SlotExtent::unpack(extent.load(std::memory_order_relaxed));
    said.skips = static_cast<std::uint32_t>(skips_);
    extent.store(said.pack(), std::memory_order_relaxed);
    if (said.size != full_size_) count_unused(said.size);
}

std::uint64_t RingWriter::sequence_at(const std::byte* payload) const noexcept {
    if (end_.only_loan()) return end_.next - 1;
    const auto oldest = head() + 1;
    const auto slot = static_cast<std::uint64_t>(payload - end_.first) / end_.stride;
    return oldest + (slot + geometry_.slots - slot_of(oldest)) % geometry_.slots;
}

void RingWriter::count_stall() noexcept {
    header_->stalls.store(header_->stalls.load(std::memory_order_relaxed) + 1,
                          std::memory_order_relaxed);  // relaxed: statistics
}

bool RingWriter::extend(Peers& peers) noexcept {
    return geometry_.overflow == Overflow::Block ? extend_block(peers) : extend_overwrite(peers);
}

void RingWriter::raise_floor(std::uint64_t floor) noexcept {
    if (floor <= floor_) return;
    floor_ = floor;
    header_->floor.store(floor, std::memory_order_release);  // acquired by who states and re-checks
}

std::uint64_t RingWriter::oldest_needed(std::span<SubscriberView> peers) noexcept {
    auto oldest = end_.next;
    for (auto& peer : peers) oldest = std::min(oldest, peer.look(attachment_, end_.next));
    return oldest;
}

// Room is what lies between the next sequence and the oldest that must stay: needed by a
// subscriber, kept as history, or still on loan.
bool RingWriter::extend_block(Peers& peers) noexcept {
    const std::uint64_t history =
        end_.next - std::min<std::uint64_t>(geometry_.history, end_.next - 1);
    const std::uint64_t kept = std::min({history, head() + 1, oldest_needed(peers.current())});
    if (kept + geometry_.slots <= end_.next) return false;
    raise_floor(kept);
    // Joiners fence heavily between their cursor and their look at the floor, so this side need
    // not.
    base::light_fence(geometry_.fence);
    const auto needed = oldest_needed(peers.current());
    if (!peers.complete()) return false;
    end_.stop = std::max(end_.next, std::min(kept, needed) + geometry_.slots);
    return end_.next != end_.stop;
}

// After the first lap every stretch is reclaimed before it is used; within it, held slots are
// skipped.
bool RingWriter::extend_overwrite(Peers& peers) noexcept {
    for (;;) {
        pass_held();
        if (end_.next != reclaimed_) break;
        const auto floor = end_.next - geometry_.slots + geometry_.stretch;
        if (floor > head() + 1) {  // too many loans are out
            end_.stop = end_.next;
            return false;
        }
        if (!reclaim_stretch(peers)) {
            end_.stop = end_.next;
            return false;
        }
    }
    end_.stop = next_held_ < held_.size() ? held_[next_held_] : reclaimed_;
    return true;
}

void RingWriter::pass_held() noexcept {
    while (next_held_ < held_.size() && held_[next_held_] <= end_.next) {
        if (held_[next_held_] == end_.next) {
            auto* payload = end_.payload;
            end_.advance();
            skip(header_of(payload), end_.next - 1);
        }
        ++next_held_;
    }
}

bool RingWriter::reclaim_stretch(Peers& peers) noexcept {
    raise_floor(end_.next - geometry_.slots + geometry_.stretch);
    // Holders only fence lightly between their hold and their look at the floor: this side pays.
    // While nobody subscribes it need not: whoever joins fences heavily, and then sees this floor
    // or is seen.
    base::light_fence(geometry_.fence);
    if (!peers.current().empty()) base::heavy_fence(geometry_.fence);
    held_.clear();
    next_held_ = 0;
    for (const auto& peer : peers.current()) {
        for (std::uint32_t i = 0; i < geometry_.holds; ++i) {
            // acquire: the reader's last look at the slot comes before it lets go of it
            const auto hold = peer.holds[i].load(std::memory_order_acquire);
            if (hold == 0) continue;
            const auto ahead =
                (slot_of(hold) + geometry_.slots - slot_of(end_.next)) % geometry_.slots;
            if (ahead < geometry_.stretch && held_.size() < held_.capacity())
                held_.push_back(end_.next + ahead);
        }
    }
    std::ranges::sort(held_);
    if (!peers.complete()) return false;
    reclaimed_ = end_.next + geometry_.stretch;
    return true;
}

}  // namespace bus::shm
