// A subscriber joined to its region: one lane for every publisher it reads.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <bus/subscriber.hpp>

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

    [[nodiscard]] BytesSample take() noexcept {
        if (only_ != nullptr && membership_.roster().change() == seen_) [[likely]]
            if (const auto taken = only_->reader.take_usual(); taken.payload != nullptr) [[likely]]
                return make_sample(*only_, taken);
        return take_any();
    }
    [[gnu::noinline]] [[nodiscard]] BytesSample take_any() noexcept {
        return next_sample([](shm::RingReader& reader) noexcept { return reader.take(); });
    }
    [[nodiscard]] BytesSample latest() noexcept {
        return next_sample([](shm::RingReader& reader) noexcept { return reader.latest(); });
    }
    void release(std::uint32_t place) noexcept;
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

private:
    struct Lane {
        Lane(PeerSegment&& peer, std::byte* own, const abi::Geometry& geometry,
             std::uint64_t publisher)
            : segment{std::move(peer)}, reader{segment.mapping.data(), own, geometry, publisher} {}
        PeerSegment segment;
        shm::RingReader reader;
        std::uint64_t posted = 0;  // the publisher's epoch that it was last woken for
        std::uint32_t entry = 0;   // in the roster
        bool departed = false;     // its publisher is gone: dropped once drained
    };

    // Where a sample lies: the lane's entry, and which of its holds.
    static constexpr std::uint32_t hold_bits = 6;
    [[nodiscard]] Lane& lane_at(std::uint32_t place) const noexcept {
        return *lanes_[place >> hold_bits];
    }

    template <class Take>
    BytesSample next_sample(Take take) noexcept {
        if (membership_.roster().change() != seen_) [[unlikely]]
            meet();
        if (auto sample = poll(take)) [[likely]]
            return sample;
        return event_driven_ ? arm(take) : BytesSample{};
    }
    // One look at every lane, beginning after the one that gave last.
    template <class Take>
    BytesSample poll(Take take) noexcept {
        const auto count = polled_.size();
        for (std::size_t tried = 0; tried < count; ++tried) {
            if (turn_ >= count) turn_ = 0;
            Lane& lane = *polled_[turn_++];
            const auto taken = take(lane.reader);
            if (taken.payload != nullptr) [[likely]]
                return make_sample(lane, taken);
            if (lane.reader.moved_without_release()) wake_publisher(lane);
        }
        return {};
    }
    BytesSample make_sample(const Lane& lane, const shm::RingReader::Taken& taken) noexcept {
        BytesSample sample;
        sample.core_ = this;
        sample.data_ = taken.payload;
        sample.size_ = taken.size;
        sample.place_ = lane.entry << hold_bits | taken.hold;
        sample.sequence_ = taken.sequence;
        return sample;
    }
    template <class Take>
    BytesSample arm(Take take) noexcept;
    void wake_publisher(Lane& lane) noexcept;
    [[nodiscard]] bool ready() noexcept;
    [[nodiscard]] bool sleep_until(SteadyTime deadline) noexcept;
    void meet() noexcept;
    [[nodiscard]] bool meet_one(std::uint32_t entry, abi::EntryWord word) noexcept;
    [[nodiscard]] bool drop_drained() noexcept;
    void rebuild_polled() noexcept;
    [[nodiscard]] std::byte* own_lane(std::uint32_t entry) const noexcept;

    Membership membership_;
    std::vector<Lane*> polled_;  // the lanes there are, densely
    Lane* only_ = nullptr;       // the one in polled_, unless an event loop counts on take() to arm
    std::size_t turn_ = 0;
    std::uint64_t seen_ = 0;  // the roster's change that polled_ stands for
    bool event_driven_;
    // Cold.
    bool arrived_ = false;  // the first meeting is over: publishers met now came after us
    State state_ = State::Active;
    std::vector<std::unique_ptr<Lane>> lanes_;  // by the publisher's entry in the roster
    shm::Sleeper sleeper_;
    std::chrono::nanoseconds spin_;
    SteadyTime retry_at_{};  // when to ask the daemon again
};

}  // namespace bus
