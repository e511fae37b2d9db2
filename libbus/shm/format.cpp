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
#include "shm/format.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <string>

#include "abi/names.hpp"

namespace bus::shm {
namespace {

constexpr std::uint64_t window_bytes = 256 * 1024;
constexpr std::uint64_t max_depth = 4096;
// A lossless ring goes round in the first-level caches of both ends: deeper ones were slower.
constexpr std::uint64_t max_lossless_depth = 1024;
constexpr std::uint64_t min_depth = 4;
constexpr std::uint64_t max_slots = 1u << 24;

[[noreturn]] void refuse(const char* option, const std::string& reason) {
    throw Error{Errc::InvalidArgument, std::string{option} + ": " + reason};
}

void check_range(const char* option, std::uint64_t value, std::uint64_t low, std::uint64_t high) {
    if (value < low || value > high)
        refuse(option, std::to_string(value) + " is not between " + std::to_string(low) + " and " +
                           std::to_string(high));
}

void check_options(const TopicOptions& options, std::uint64_t limit) {
    check_range("size", options.size, 1, std::min<std::uint64_t>(limit, 0xffff'ffff));
    check_range("alignment", options.alignment, 32, 4096);
    if (!std::has_single_bit(options.alignment)) refuse("alignment", "it is not a power of two");
    check_range("publishers", options.publishers, 1, 256);
    check_range("subscribers", options.subscribers, 1, 1024);
    check_range("holds", options.holds, 1, 64);
    check_range("history", options.history, 0, max_slots / 4);
    check_range("slots", options.slots, 0, max_slots);
    if (options.patience.count() < 0) refuse("patience", "it is negative");
    if (options.patience > std::chrono::hours{24 * 365}) refuse("patience", "it is over a year");
    if (options.overflow != Overflow::Block && options.overflow != Overflow::Overwrite)
        refuse("overflow", "it is neither block nor overwrite");
    if (options.fence != Fence::Asymmetric && options.fence != Fence::Full)
        refuse("fence", "it is neither asymmetric nor full");
    if (options.mode > 0777) refuse("mode", "it has bits beyond 0777");
    if (const auto fault = abi::type_fault(options.type); !fault.empty())
        refuse("type", std::string{fault});
}

std::uint64_t depth_of(std::uint64_t stride, Overflow overflow) {
    return std::clamp(window_bytes / stride, min_depth,
                      overflow == Overflow::Block ? max_lossless_depth : max_depth);
}

void choose_slots(abi::Geometry& geometry, const TopicOptions& options) {
    std::uint64_t slots = std::max<std::uint64_t>(options.slots, 2);
    if (options.slots == 0) slots = depth_of(geometry.stride(), geometry.overflow);
    if (geometry.overflow == Overflow::Block) {
        slots = std::max<std::uint64_t>(slots, options.history + 1);
        geometry.slots = static_cast<std::uint32_t>(slots);
        return;
    }
    const std::uint64_t holds = std::uint64_t{options.subscribers} * options.holds;
    const auto slots_with = [&](std::uint64_t free) {
        return (holds + free) *
               (1 + std::max<std::uint64_t>(1, (options.history + free - 1) / free));
    };
    const bool plenty = slots >= slots_with(holds) || slots_with(holds) <= slots_with(1);
    const std::uint64_t free = plenty ? holds : 1;
    slots = std::max(slots, slots_with(free));
    check_range("slots", slots, 1, max_slots);
    geometry.slots = static_cast<std::uint32_t>(slots);
    // A deep ring can afford larger stretches, and so fewer fences, if the history still fits
    // behind.
    auto stretch = std::max(holds + free, slots / 4);
    if (slots < slots_with(free) - (holds + free) + stretch || options.history > slots / 4)
        stretch = holds + free;
    geometry.stretch = static_cast<std::uint32_t>(stretch);
}

void identify(abi::SegmentIdentity& identity, std::uint64_t magic, std::uint64_t attachment,
              std::uint64_t bytes) noexcept {
    identity.magic = magic;
    identity.attachment = attachment;
    identity.bytes = bytes;
}

}  // namespace

abi::Geometry derive_geometry(const TopicOptions& options, std::uint64_t limit) {
    check_options(options, limit);
    abi::Geometry geometry;
    geometry.overflow = options.overflow;
    geometry.fence = options.fence;
    geometry.history = options.history;
    geometry.publishers = options.publishers;
    geometry.subscribers = options.subscribers;
    geometry.holds = options.holds;
    geometry.size = options.size;
    geometry.alignment = options.alignment;
    geometry.patience = static_cast<std::uint64_t>(options.patience.count());
    choose_slots(geometry, options);
    if (geometry.publisher_bytes() > limit)
        throw Error{Errc::LimitsExceeded, "size: a publisher would need " +
                                              std::to_string(geometry.publisher_bytes()) +
                                              " bytes (" + std::to_string(geometry.slots) +
                                              " slots of " + std::to_string(geometry.stride()) +
                                              "), the limit is " + std::to_string(limit)};
    return geometry;
}

void format_publisher(std::byte* segment, const abi::Geometry& geometry,
                      std::uint64_t attachment) noexcept {
    auto* header = new (segment) abi::PublisherHeader{};
    identify(header->identity, abi::publisher_magic, attachment, geometry.publisher_bytes());
    header->floor.store(1, std::memory_order_relaxed);  // relaxed: nobody has the segment yet
    for (std::uint64_t slot = 1; slot <= geometry.slots; ++slot)
        new (segment + geometry.payload_offset(slot) - sizeof(abi::SlotHeader)) abi::SlotHeader{};
}

void format_subscriber(std::byte* segment, const abi::Geometry& geometry,
                       std::uint64_t attachment) noexcept {
    auto* header = new (segment) abi::SubscriberHeader{};
    identify(header->identity, abi::subscriber_magic, attachment, geometry.subscriber_bytes());
    for (std::uint32_t lane = 0; lane < geometry.lanes(); ++lane) {
        std::byte* place = segment + sizeof(abi::SubscriberHeader) + lane * geometry.lane_bytes();
        new (place) abi::LaneHead{};
        for (std::uint32_t hold = 0; hold < geometry.holds; ++hold)
            new (place + sizeof(abi::LaneHead) + hold * sizeof(abi::Word)) abi::Word{0};
    }
}

}  // namespace bus::shm
