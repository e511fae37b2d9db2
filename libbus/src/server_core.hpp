// A server joined to its region: the exchange of every client, and the sleepers among them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <bus/server.hpp>

#include "base/fence.hpp"
#include "shm/exchange.hpp"
#include "shm/sleeper.hpp"
#include "src/membership.hpp"
#include "src/waiting.hpp"

namespace bus {

// One client whose exchange is open here. One that has gone stays while a request of it is in hand.
class ServedClient {
public:
    ServedClient(ServerCore& core, std::uint64_t client, PeerSegment&& opened,
                 const abi::Geometry& geometry)
        : server{core},
          id{client},
          segment{std::move(opened)},
          exchange{segment.mapping.data(), geometry} {}

    // After light_fence().
    void wake() noexcept {
        // relaxed: see Sleeper
        const auto epoch = exchange.shared().header().sleep.epoch.load(std::memory_order_relaxed);
        if ((epoch & 1) != 0 && epoch != posted) [[unlikely]]
            post(epoch);
    }

    ServerCore& server;
    std::uint64_t id;
    PeerSegment segment;
    shm::ServerExchange exchange;
    std::uint64_t posted = 0;  // the epoch it was last woken for
    bool gone = false;

private:
    [[gnu::noinline]] void post(std::uint64_t epoch) noexcept {
        posted = epoch;
        segment.waker.post();
    }
};

class ServerCore final {
public:
    ServerCore(const Connection& connection, std::string_view name, std::string_view type,
               std::size_t size, const ServerOptions& options);
    ServerCore(const ServerCore&) = delete;
    ServerCore& operator=(const ServerCore&) = delete;

    using Taken = BytesRequest::Taken;

    [[nodiscard]] Taken take() noexcept {
        if (membership_.roster().change() != seen_) [[unlikely]]
            meet();
        const auto taken = poll();
        if (taken.client != nullptr) [[likely]]
            return taken;
        return event_driven_ ? arm() : Taken{};
    }
    bool respond(ServedClient& client, std::uint32_t slot, std::size_t size) noexcept {
        if (size > max_size_) [[unlikely]] {
            refuse_too_large(client, slot, size);
            return false;
        }
        client.exchange.respond(slot, static_cast<std::uint32_t>(size));
        count(header().responded);
        hand_back(client);
        return true;
    }
    void refuse(ServedClient& client, std::uint32_t slot, std::uint32_t code,
                std::string_view text) noexcept;
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds timeout) noexcept;

    [[nodiscard]] int fd() const noexcept { return membership_.waker_fd(); }
    [[nodiscard]] State state() noexcept;
    [[nodiscard]] std::size_t clients() noexcept;
    [[nodiscard]] std::size_t max_size() const noexcept { return max_size_; }
    [[nodiscard]] std::uint64_t id() const noexcept { return membership_.id(); }

private:
    using Clients = std::vector<std::unique_ptr<ServedClient>>;

    // One look at every client, beginning after the one that gave last.
    Taken poll() noexcept {
        const auto clients = clients_.size();
        for (std::size_t tried = 0; tried < clients; ++tried) {
            if (turn_ >= clients) turn_ = 0;
            auto& client = *clients_[turn_++];
            const auto taken = client.exchange.take();
            if (taken.payload == nullptr) continue;
            count(header().taken);
            return {&client, taken.payload, taken.slot, taken.size};
        }
        return {};
    }
    static void count(abi::Word& counter) noexcept {
        // relaxed: statistics, own stores
        counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    void hand_back(ServedClient& client) noexcept {
        base::light_fence(membership_.geometry().fence);
        client.wake();
        if (client.gone) [[unlikely]]
            bury(client);
    }
    [[nodiscard]] Taken arm() noexcept;
    [[nodiscard]] bool ready() noexcept;
    [[nodiscard]] bool pending() noexcept;
    void refuse_too_large(ServedClient& client, std::uint32_t slot, std::size_t size) noexcept;
    void bury(const ServedClient& client) noexcept;
    void meet() noexcept;
    void learn_state() noexcept;
    [[nodiscard]] bool meet_one(std::uint32_t entry, Clients& clients) noexcept;
    [[nodiscard]] bool met() const noexcept { return membership_.roster().change() == seen_; }
    [[nodiscard]] bool ended() const noexcept {
        return state_ == State::Removed || state_ == State::Departed;
    }
    [[nodiscard]] abi::ServerHeader& header() const noexcept {
        return *reinterpret_cast<abi::ServerHeader*>(membership_.segment());
    }

    Membership membership_;
    Clients clients_;
    std::size_t turn_ = 0;
    std::uint64_t seen_ = 0;  // the roster's change that clients_ stands for
    std::size_t max_size_;
    bool event_driven_;
    // Cold.
    Clients gone_;  // with requests in hand
    State state_ = State::Active;
    shm::Sleeper sleeper_;
    std::chrono::nanoseconds spin_;
    SteadyTime retry_at_{};  // when to ask the daemon again
};

}  // namespace bus
