// A subscriber joined to its region: one lane for every publisher it reads.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <bus/subscriber.hpp>

#include "base/fence.hpp"
#include "shm/ring_reader.hpp"
#include "shm/sleeper.hpp"
#include "src/membership.hpp"
#include "src/waiting.hpp"

namespace bus {

class SubscriberCore final {
public:
    SubscriberCore(const Connection& connection, std::string_view name, std::string_view type,
                   std::size_t size, const SubscriberOptions& options);
    SubscriberCore(const SubscriberCore&) = delete;
    SubscriberCore& operator=(const SubscriberCore&) = delete;

    using Lent = BytesSample::Lent;

    // For the usual case: SubscriberEnd's.
    [[nodiscard]] Lent take() noexcept {
        return next_sample([](shm::RingReader& reader) noexcept { return reader.take(); });
    }
    [[nodiscard]] Lent latest() noexcept {
        return next_sample([](shm::RingReader& reader) noexcept { return reader.latest(); });
    }
    void release(std::uint32_t place) noexcept {
        auto& lane = lane_at(place);
        lane.reader.release(hold_of(place));
        if (lossless_) wake_publisher(lane);
    }
    [[nodiscard]] SubscriberEnd& end() noexcept { return end_; }
    // After a release: the publisher of the sample that was there sleeps.
    void wake_publisher_at(std::uint32_t place) noexcept { wake_publisher(lane_at(place)); }
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds timeout) noexcept;

    [[nodiscard]] int fd() const noexcept { return membership_.waker_fd(); }
    [[nodiscard]] State state() noexcept;
    [[nodiscard]] std::uint64_t missed() const noexcept;
    [[nodiscard]] std::size_t publishers() const noexcept;
    [[nodiscard]] std::size_t max_size() const noexcept { return membership_.geometry().size; }
    [[nodiscard]] std::uint64_t id() const noexcept { return membership_.id(); }
    [[nodiscard]] std::uint64_t publisher_at(std::uint32_t place) const noexcept {
        return lane_at(place).reader.publisher();
    }
    [[nodiscard]] std::uint64_t sequence_at(std::uint32_t place) const noexcept {
        return lane_at(place).reader.sequence_of(hold_of(place));
    }

private:
    struct Lane {
        Lane(PeerSegment&& peer, std::byte* own, const abi::Geometry& geometry,
             std::uint64_t publisher)
            : segment{std::move(peer)}, reader{segment.mapping.data(), own, geometry, publisher} {}
        PeerSegment segment;
        shm::RingReader reader;
        std::uint64_t posted = 0;  // the publisher's epoch that it was last woken for
        std::uint32_t entry = 0;   // in the roster
        std::uint64_t place = 0;   // of its samples, but for the hold: see place()
        bool departed = false;     // its publisher is gone: dropped once drained
    };

    // Where a sample lies: the lane's entry, and which of its holds.
    static constexpr std::uint32_t hold_bits = 6;
    [[nodiscard]] static std::uint32_t hold_of(std::uint32_t place) noexcept {
        return place & ((1U << hold_bits) - 1);
    }
    [[nodiscard]] Lane& lane_at(std::uint32_t place) const noexcept {
        return *lanes_[place >> hold_bits];
    }

    template <class Take>
    Lent next_sample(Take take) noexcept {
        if (membership_.roster().change() != end_.seen) [[unlikely]]
            meet();
        if (const auto lent = poll(take); lent.data != nullptr) [[likely]]
            return lent;
        return event_driven_ ? arm(take) : Lent{};
    }
    // One look at every lane, beginning after the one that gave last.
    template <class Take>
    Lent poll(Take take) noexcept {
        const auto count = polled_.size();
        for (std::size_t tried = 0; tried < count; ++tried) {
            if (turn_ >= count) turn_ = 0;
            Lane& lane = *polled_[turn_++];
            const auto taken = take(lane.reader);
            if (taken.payload != nullptr) [[likely]]
                return make_lent(lane, taken);
            if (lane.reader.moved_without_release() && lossless_) wake_publisher(lane);
        }
        return {};
    }
    static Lent make_lent(const Lane& lane, const shm::RingReader::Taken& taken) noexcept {
        return {taken.payload, lane.place | std::uint64_t{taken.hold} << 32 | taken.size};
    }
    template <class Take>
    Lent arm(Take take) noexcept;
    // Block: a publisher may sleep for want of the room that has just come.
    void wake_publisher(Lane& lane) noexcept {
        base::light_fence(membership_.geometry().fence);
        const auto epoch =
            lane.reader.publisher_epoch().load(std::memory_order_relaxed);  // see Sleeper
        if ((epoch & 1) != 0) [[unlikely]]
            post(lane, epoch);
    }
    void post(Lane& lane, std::uint64_t epoch) noexcept;
    [[nodiscard]] bool ready() noexcept;
    [[nodiscard]] bool sleep_until(SteadyTime deadline) noexcept;
    void meet() noexcept;
    [[nodiscard]] bool meet_one(std::uint32_t entry, abi::EntryWord word) noexcept;
    [[nodiscard]] bool drop_drained() noexcept;
    void rebuild_polled() noexcept;
    [[nodiscard]] std::byte* own_lane(std::uint32_t entry) const noexcept;

    Membership membership_;
    SubscriberEnd end_;          // its `seen` is the roster's change that polled_ stands for
    std::vector<Lane*> polled_;  // the lanes there are, densely
    std::size_t turn_ = 0;
    bool event_driven_;
    bool lossless_;  // publishers may wait for room
    // Cold.
    bool arrived_ = false;  // the first meeting is over: publishers met now came after us
    State state_ = State::Active;
    std::vector<std::unique_ptr<Lane>> lanes_;  // by the publisher's entry in the roster
    shm::Sleeper sleeper_;
    std::chrono::nanoseconds spin_;
    SteadyTime retry_at_{};  // when to ask the daemon again
};

}  // namespace bus
