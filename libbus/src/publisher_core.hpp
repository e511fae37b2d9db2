// A publisher joined to its region: the ring it writes, and the subscribers it must spare and wake.
#pragma once

#include <algorithm>
#include <atomic>
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

    // The next slot's payload, or null.
    [[nodiscard]] std::byte* try_lend() noexcept {
        if (membership_.roster().change() == seen_ && ring_.ready()) [[likely]]
            return ring_.claim_next().payload;
        return lend_after_look();
    }
    [[nodiscard]] std::byte* lend(std::chrono::nanoseconds timeout) noexcept {
        if (membership_.roster().change() == seen_ && ring_.ready()) [[likely]]
            return ring_.claim_next().payload;
        return wait_to_lend(timeout);
    }
    void publish(std::byte* payload, std::size_t size) noexcept {
        const auto bytes = static_cast<std::uint32_t>(std::min(size, max_size_));
        if (!plain_ || !ring_.only_claim()) [[unlikely]]
            return publish_unusual(payload, bytes);
        ring_.publish_only(payload, bytes);
        // The plain case of light_fence(); see there.
        std::atomic_signal_fence(std::memory_order_seq_cst);
        wake_subscribers();
    }
    Outcome publish(std::span<const std::byte> payload, std::chrono::nanoseconds timeout) noexcept;
    void give_back(std::byte* payload) noexcept;

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
        if (membership_.roster().change() != seen_) [[unlikely]]
            meet();
        return views_;
    }
    [[nodiscard]] bool complete() const noexcept override { return complete_; }

    // After light_fence(). Without a call that comes back, so that publish() saves no register for
    // it: on its path every store counts.
    void wake_subscribers() noexcept {
        // One look at all epochs, without a branch for each: seldom does anyone sleep.
        std::uint64_t epochs = 0;
        for (const auto* epoch : epochs_)
            epochs |= epoch->load(std::memory_order_relaxed);  // relaxed: see Sleeper
        if ((epochs & 1) != 0 || membership_.roster().change() != seen_) [[unlikely]]
            wake_sleepers();
    }
    [[gnu::noinline]] void wake_sleepers() noexcept;
    [[gnu::noinline]] void publish_unusual(std::byte* payload, std::uint32_t size) noexcept;
    [[gnu::noinline]] [[nodiscard]] std::byte* lend_after_look() noexcept;
    [[gnu::noinline]] [[nodiscard]] std::byte* wait_to_lend(
        std::chrono::nanoseconds timeout) noexcept;
    void meet() noexcept;
    // False when the region has ended.
    [[nodiscard]] bool meet_again() noexcept {
        meet();
        return !ended_;
    }
    [[nodiscard]] bool meet_one(std::uint64_t id, std::vector<std::unique_ptr<Peer>>& peers,
                                std::vector<shm::SubscriberView>& views) noexcept;
    [[nodiscard]] std::byte* lend_after_stall() noexcept;
    [[nodiscard]] bool sleep_for_room(SteadyTime deadline) noexcept;
    void note_stall() noexcept;

    Membership membership_;
    shm::RingWriter ring_;
    std::vector<shm::SubscriberView> views_;
    std::vector<const abi::Word*> epochs_;  // of views_, densely
    std::uint64_t seen_ = 0;  // the roster's change that views_ stands for; after the end, none
    std::size_t max_size_;
    Clock clock_;
    bool plain_;             // no clock to read, and light fences cost nothing
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
