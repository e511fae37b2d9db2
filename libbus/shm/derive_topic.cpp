// How a ring gets its number of slots.
//
// block: history + 1 at least, so that a late subscriber finds its history and the publisher a
// slot.
//
// overwrite: a publisher reclaims `stretch` slots at a time and passes over those that are held.
// All subscribers together hold at most H = subscribers x holds slots, so a stretch of H + f slots
// has f free ones whatever they hold, and the search for a free slot has an end even when holds are
// scribbled at random. Behind the stretch being reused lie slots - stretch sequences in whole
// stretches, each with at least f samples: ceil(history / f) of them, and at least one, keep the
// history. Of f = H and f = 1 the one that needs fewer slots is taken; where slots are plenty, f =
// H.
//
// On top, the depth: small payloads want a deep window (both sides work in bursts), large ones few
// slots that rotate inside the last-level cache.
#include <algorithm>
#include <chrono>
#include <string>

#include <bus/error.hpp>

#include "shm/bounds.hpp"
#include "shm/derive.hpp"

namespace bus::shm {
namespace {

constexpr std::uint64_t window_bytes = 256 * 1024;
constexpr std::uint64_t max_depth = 4096;
// A lossless ring of small slots takes half of a first-level cache at most, to go round in those of
// both ends. A plain ring made half the rate with twice as many while its reader could write it,
// and the same while it could only read (see tests/bench/RESULTS.md).
constexpr std::uint64_t max_lossless_depth = 256;
constexpr std::uint64_t min_depth = 4;
constexpr std::uint64_t max_slots = 1u << 24;

void check_shape(const abi::Shape& shape, std::uint64_t limit) {
    check_every(shape, std::min<std::uint64_t>(limit, 0xffff'ffff));
    check_alignment(shape.alignment);
    check_range("publishers", shape.leading, 1, 256);
    check_range("subscribers", shape.following, 1, 1024);
    check_range("holds", shape.holds, 1, 64);
    check_range("history", shape.history, 0, max_slots / 4);
    check_range("slots", shape.slots, 0, max_slots);
    if (shape.patience.count() < 0) refuse("patience", "it is negative");
    if (shape.patience > std::chrono::hours{24 * 365}) refuse("patience", "it is over a year");
    if (shape.overflow != Overflow::Block && shape.overflow != Overflow::Overwrite)
        refuse("overflow", "it is neither block nor overwrite");
}

std::uint64_t depth_of(std::uint64_t stride, Overflow overflow) {
    return std::clamp(window_bytes / stride, min_depth,
                      overflow == Overflow::Block ? max_lossless_depth : max_depth);
}

void choose_slots(abi::Geometry& geometry, const abi::Shape& shape) {
    std::uint64_t slots = std::max<std::uint64_t>(shape.slots, 2);
    if (shape.slots == 0) slots = depth_of(geometry.stride(), geometry.overflow);
    if (geometry.overflow == Overflow::Block) {
        slots = std::max<std::uint64_t>(slots, shape.history + 1);
        geometry.slots = static_cast<std::uint32_t>(slots);
        return;
    }
    const std::uint64_t holds = std::uint64_t{shape.following} * shape.holds;
    const auto slots_with = [&](std::uint64_t free) {
        return (holds + free) * (1 + std::max<std::uint64_t>(1, (shape.history + free - 1) / free));
    };
    const bool plenty = slots >= slots_with(holds) || slots_with(holds) <= slots_with(1);
    const std::uint64_t free = plenty ? holds : 1;
    slots = std::max(slots, slots_with(free));
    check_range("slots", slots, 1, max_slots);
    geometry.slots = static_cast<std::uint32_t>(slots);
    // A deep ring can afford larger stretches, and so fewer fences, if the history still fits
    // behind.
    auto stretch = std::max(holds + free, slots / 4);
    if (slots < slots_with(free) - (holds + free) + stretch || shape.history > slots / 4)
        stretch = holds + free;
    geometry.stretch = static_cast<std::uint32_t>(stretch);
}

}  // namespace

abi::Geometry derive_topic(const abi::Shape& shape, std::uint64_t limit) {
    check_shape(shape, limit);
    abi::Geometry geometry;
    geometry.overflow = shape.overflow;
    geometry.fence = shape.fence;
    geometry.history = shape.history;
    geometry.leading = shape.leading;
    geometry.following = shape.following;
    geometry.holds = shape.holds;
    geometry.size = shape.size;
    geometry.alignment = shape.alignment;
    geometry.patience = static_cast<std::uint64_t>(shape.patience.count());
    choose_slots(geometry, shape);
    if (geometry.publisher_bytes() > limit)
        throw Error{Errc::LimitsExceeded, "size: a publisher would need " +
                                              std::to_string(geometry.publisher_bytes()) +
                                              " bytes (" + std::to_string(geometry.slots) +
                                              " slots of " + std::to_string(geometry.stride()) +
                                              "), the limit is " + std::to_string(limit)};
    return geometry;
}

}  // namespace bus::shm
