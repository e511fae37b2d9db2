// A ring with its writer, one reader, and what lies in the payloads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "checker.hpp"
#include "shm/format.hpp"
#include "shm/ring_reader.hpp"
#include "shm/ring_writer.hpp"

namespace litmus {

class OnePeer final : public bus::shm::Peers {
public:
    std::span<bus::shm::SubscriberView> current() noexcept override {
        // extend_block looks twice.
        const bool seen = variant().slip != Slip::MeetsNoNewcomer || looks_++ % 2 == 0;
        return {&view, seen ? std::size_t{1} : std::size_t{0}};
    }
    [[nodiscard]] bool complete() const noexcept override { return true; }

    bus::shm::SubscriberView view;

private:
    unsigned looks_ = 0;
};

// Slots and history of a topic; by default a lossless one.
struct Sizes {
    std::uint32_t slots = 1;
    std::uint32_t history = 0;
    bus::Overflow overflow = bus::Overflow::Block;
};

constexpr std::uint64_t publisher_id = 7;
constexpr std::uint64_t subscriber_id = 1;

inline bus::abi::Geometry geometry_of(const Sizes& sizes, bus::Fence fence) {
    return {.overflow = sizes.overflow,
            .fence = fence,
            .history = sizes.history,
            .leading = 1,
            .following = 1,
            .holds = 1,
            .slots = sizes.slots,
            .stretch = sizes.overflow == bus::Overflow::Overwrite ? 1U : 0U,
            .size = 32,
            .alignment = 32};
}

template <class Derived, Sizes sizes>
class Ring : public Suite<Derived> {
protected:
    void lay_out() {
        const auto geometry = geometry_of(sizes, variant().fence);
        bus::shm::format_publisher(segment(0), geometry, publisher_id);
        bus::shm::format_subscriber(segment(1), geometry, subscriber_id);
        auto* lane =
            reinterpret_cast<bus::abi::LaneHead*>(segment(1) + sizeof(bus::abi::SubscriberHeader));
        auto* hold = reinterpret_cast<bus::abi::Word*>(lane + 1);
        name(&header().floor, "floor");
        name(&lane->publisher, "lane");
        name(&lane->cursor, "cursor");
        name(hold, "hold");
        for (std::uint64_t slot = 1; slot <= sizes.slots; ++slot)
            name(segment(0) + geometry.payload_offset(slot) + bus::SlotPlaces::stamp, "stamp");
        writer.emplace(segment(0), geometry, publisher_id);
        writer->end().full = geometry.size;
        peers.view = {.lane = lane,
                      .holds = hold,
                      .epoch = &subscriber_sleep().epoch,
                      .waker = &subscriber_waker,
                      .id = subscriber_id,
                      .needed = 1};
        reader.emplace(segment(0), reinterpret_cast<std::byte*>(lane), geometry, publisher_id);
    }

    // The payload of sequence n says n.
    void publish_next() {
        const auto claim = writer->claim(peers);
        if (claim.sequence == 0) return;
        payload_of(claim.sequence)($) = claim.sequence;
        if (!writer->end().publish(claim.payload, size))  // only in order and without a clock
            writer->publish(claim.payload, claim.sequence, size, 0);
    }
    // What take() gave is read, then given back.
    void take_next() {
        const auto taken = reader->take();
        if (taken.payload == nullptr) return;
        const bool early = variant().slip == Slip::ReleasesBeforeReading;
        if (early) reader->release(taken.hold);
        const std::uint64_t read = payload_of(taken.sequence)($);
        RL_ASSERT(read == taken.sequence);
        if (!early) reader->release(taken.hold);
    }

    [[nodiscard]] rl::var<std::uint64_t>& payload_of(std::uint64_t sequence) {
        return payloads_[(sequence - 1) % sizes.slots];
    }
    [[nodiscard]] static bus::abi::PublisherHeader& header() {
        return *reinterpret_cast<bus::abi::PublisherHeader*>(segment(0));
    }
    [[nodiscard]] static bus::abi::Sleep& subscriber_sleep() {
        return bus::abi::sleep_of(*reinterpret_cast<bus::abi::SubscriberHeader*>(segment(1)),
                                  subscriber_id);
    }

    static constexpr std::uint32_t size = 32;
    OnePeer peers;
    std::optional<bus::shm::RingWriter> writer;
    std::optional<bus::shm::RingReader> reader;
    bus::shm::Waker subscriber_waker;

private:
    rl::var<std::uint64_t> payloads_[sizes.slots];
};

}  // namespace litmus
