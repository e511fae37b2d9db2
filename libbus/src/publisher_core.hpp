// A publisher joined to its region: the ring it writes, and the subscribers it must spare and wake.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <bus/publisher.hpp>

#include "base/fence.hpp"
#include "shm/peers.hpp"
#include "shm/ring_writer.hpp"
#include "shm/sleeper.hpp"
#include "src/membership.hpp"
#include "src/waiting.hpp"

namespace bus {

class PublisherCore final : private shm::Peers {
public:
    PublisherCore(const Connection& connection, std::string_view name, std::string_view type,
                  std::size_t size, const PublisherOptions& options);

    // The next slot's payload, or null. For the usual case: end().
    [[nodiscard]] std::byte* try_lend() noexcept;
    [[nodiscard]] std::byte* lend(std::chrono::nanoseconds timeout) noexcept;
    void publish(std::byte* payload, std::size_t size) noexcept;
    Outcome publish(std::span<const std::byte> payload, std::chrono::nanoseconds timeout) noexcept;
    void give_back(std::byte* payload) noexcept;
    // After a publish: there may be somebody to wake.
    void wake_subscribers() noexcept;
    [[nodiscard]] PublisherEnd& end() noexcept { return end_; }

    [[nodiscard]] int fd() const noexcept;
    [[nodiscard]] State state() noexcept;
    [[nodiscard]] std::size_t subscribers() noexcept;
    [[nodiscard]] std::size_t max_size() const noexcept { return max_size_; }
    [[nodiscard]] std::uint64_t id() const noexcept { return membership_.id(); }

private:
    // One subscriber whose segment is open here.
    struct Peer {
        std::uint64_t id = 0;
        PeerSegment segment;
    };

    // shm::Peers
    std::span<shm::SubscriberView> current() noexcept override {
        if (membership_.roster().change() != end_.seen) [[unlikely]]
            meet();
        return views_;
    }
    [[nodiscard]] bool complete() const noexcept override { return complete_; }

    void meet() noexcept;
    // False when the region has ended.
    [[nodiscard]] bool meet_again() noexcept {
        meet();
        return !ended_;
    }
    [[nodiscard]] bool meet_one(std::uint64_t id, std::vector<std::unique_ptr<Peer>>& peers,
                                std::vector<shm::SubscriberView>& views) noexcept;
    [[nodiscard]] std::byte* lend_after_stall() noexcept;
    // When somebody sleeps or the roster moved. After light_fence().
    void wake_if_any() noexcept {
        if (end_.somebody_waits()) [[unlikely]]
            wake_subscribers();
    }
    [[nodiscard]] bool sleep_for_room(SteadyTime deadline) noexcept;
    void note_stall() noexcept;

    Membership membership_;
    shm::RingWriter ring_;
    PublisherEnd& end_;  // of ring_; its `seen` is the roster's change that views_ stands for, and
                         // after the end, none
    std::vector<shm::SubscriberView> views_;
    std::vector<const abi::Word*> epochs_;  // of views_, densely
    std::size_t max_size_;
    Clock clock_;
    bool ended_ = false;     // the region was removed
    bool complete_ = false;  // every active subscriber's segment is open
    // Cold.
    bool arrived_ = false;  // the first meeting is over: subscribers met now came after us
    bool event_driven_;
    std::vector<std::unique_ptr<Peer>> peers_;
    shm::Sleeper sleeper_;
    std::chrono::nanoseconds spin_;
    SteadyTime retry_at_{};           // when to ask the daemon again
    SteadyTime report_at_{};          // when to tell the daemon of the stall
    std::uint64_t stalled_next_ = 0;  // the sequence that found no room
};

}  // namespace bus
