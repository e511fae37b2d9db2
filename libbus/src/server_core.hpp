// A server joined to its region: the exchange of every client, and the sleepers among them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <bus/server.hpp>

#include "abi/service_layout.hpp"
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
          exchange{segment.mapping.data(), geometry} {
        auto& end = exchange.end();
        end.plain = geometry.fence == Fence::Asymmetric;
        end.owner = this;
    }

    // After light_fence().
    void wake() noexcept {
        // relaxed: see Sleeper
        const auto epoch = exchange.shared().header().sleep.epoch.load(std::memory_order_relaxed);
        if ((epoch & 1) == 0 || epoch == posted) [[likely]]
            return;
        posted = epoch;
        segment.waker.post();
    }

    ServerCore& server;
    std::uint64_t id;
    PeerSegment segment;
    shm::ServerExchange exchange;
    std::uint64_t posted = 0;  // the epoch it was last woken for
    bool gone = false;
};

class ServerCore final {
public:
    ServerCore(const Connection& connection, std::string_view name, std::string_view type,
               std::size_t size, const ServerOptions& options);
    ServerCore(const ServerCore&) = delete;
    ServerCore& operator=(const ServerCore&) = delete;

    // For the usual case: end().
    [[nodiscard]] BytesRequest take() noexcept {
        if (!met()) meet();
        auto request = poll();
        if (!request && end_.arms) return arm();
        return request;
    }
    bool respond(ServedClient& client, std::uint32_t slot, std::size_t size) noexcept {
        if (size > max_size_) {
            refuse_too_large(client, slot, size);
            return false;
        }
        client.exchange.respond(slot, static_cast<std::uint32_t>(size));
        ServerEnd::count(header().responded);
        hand_back(client);
        return true;
    }
    void refuse(ServedClient& client, std::uint32_t slot, std::uint32_t code,
                std::string_view text) noexcept;
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds timeout) noexcept;
    [[nodiscard]] ServerEnd& end() noexcept { return end_; }

    [[nodiscard]] int fd() const noexcept { return membership_.waker_fd(); }
    [[nodiscard]] State state() noexcept;
    [[nodiscard]] std::size_t clients() noexcept;
    [[nodiscard]] std::size_t max_size() const noexcept { return max_size_; }
    [[nodiscard]] std::uint64_t id() const noexcept { return membership_.id(); }

private:
    using Clients = std::vector<std::unique_ptr<ServedClient>>;

    // One look at every client, beginning after the one that gave last.
    [[nodiscard]] BytesRequest poll() noexcept {
        const auto clients = clients_.size();
        for (std::size_t tried = 0; tried < clients; ++tried) {
            if (turn_ >= clients) turn_ = 0;
            auto& client = *clients_[turn_++];
            const auto taken = client.exchange.take();
            if (taken.payload == nullptr) continue;
            ServerEnd::count(header().taken);
            return {&client.exchange.end(), taken};
        }
        return {};
    }
    void hand_back(ServedClient& client) noexcept {
        base::light_fence(membership_.geometry().fence);
        client.wake();
        if (client.gone) [[unlikely]]
            bury(client);
    }
    [[nodiscard]] BytesRequest arm() noexcept;
    [[nodiscard]] bool ready() noexcept;
    [[nodiscard]] bool pending() noexcept;
    void refuse_too_large(ServedClient& client, std::uint32_t slot, std::size_t size) noexcept;
    void bury(const ServedClient& client) noexcept;
    void meet() noexcept;
    void learn_state() noexcept;
    [[nodiscard]] bool meet_one(std::uint32_t entry, Clients& clients) noexcept;
    [[nodiscard]] bool met() const noexcept { return membership_.roster().change() == end_.seen; }
    [[nodiscard]] bool ended() const noexcept {
        return state_ == State::Removed || state_ == State::Departed;
    }
    [[nodiscard]] abi::ServerHeader& header() const noexcept {
        return *reinterpret_cast<abi::ServerHeader*>(membership_.segment());
    }

    Membership membership_;
    Clients clients_;
    std::size_t turn_ = 0;
    ServerEnd end_;  // its `seen` is the roster's change that clients_ stands for
    std::size_t max_size_;
    // Cold.
    Clients gone_;  // with requests in hand
    State state_ = State::Active;
    shm::Sleeper sleeper_;
    std::chrono::nanoseconds spin_;
    SteadyTime retry_at_{};  // when to ask the daemon again
};

}  // namespace bus
