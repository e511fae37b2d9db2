// A client joined to its region: the exchange that it shares with the server, and those it shared
// with servers that have gone, for as long as calls lie in them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <bus/client.hpp>

#include "base/fence.hpp"
#include "shm/exchange.hpp"
#include "shm/sleeper.hpp"
#include "src/membership.hpp"
#include "src/stable_fd.hpp"
#include "src/waiting.hpp"

namespace bus {

// One attachment and its exchange.
class ClientLink {
public:
    ClientLink(ClientCore& core, const Connection& connection, std::string_view name,
               const AttachRequest& request)
        : client{core},
          membership{connection, name, request},
          exchange{membership.segment(), membership.geometry()},
          sleeper{exchange.shared().header().sleep, membership.geometry().fence} {
        exchange.end().change = &membership.roster().change_word();
        exchange.end().owner = this;
    }

    ClientCore& client;
    Membership membership;
    shm::ClientExchange exchange;
    shm::Sleeper sleeper;
    bool gone = false;  // so is its server, or the attachment
};

class ClientCore final {
public:
    ClientCore(const Connection& connection, std::string_view name, std::string_view type,
               std::size_t size, const ClientOptions& options);
    ClientCore(const ClientCore&) = delete;
    ClientCore& operator=(const ClientCore&) = delete;

    using Lent = BytesCall::Lent;
    using Answer = BytesCall::Answer;

    // For the usual case, here and below: end().
    [[nodiscard]] Lent lend(std::chrono::nanoseconds timeout) noexcept;
    CallOutcome send(ClientLink& link, std::uint32_t slot, std::size_t size) noexcept {
        if (!met()) meet();
        if (link.gone || removed_ || size > max_size_)
            return size > max_size_ ? CallOutcome::TooLarge : end_of(link);
        link.exchange.send(slot, static_cast<std::uint32_t>(size));
        base::light_fence(fence_);
        wake_server();
        return CallOutcome::TimedOut;
    }
    [[nodiscard]] Answer await(ClientLink& link, std::uint32_t slot,
                               std::chrono::nanoseconds timeout) noexcept;
    void give_back(ClientLink& link, std::uint32_t slot) noexcept {
        link.exchange.give_back(slot);
        if (&link != link_.get()) bury(link);
    }
    // After light_fence().
    void wake_server() noexcept;
    [[nodiscard]] ClientEnd& end() noexcept { return link_->exchange.end(); }
    [[nodiscard]] BytesCall call(std::span<const std::byte> request,
                                 std::chrono::nanoseconds timeout) noexcept;
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds timeout) noexcept;

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    [[nodiscard]] bool has_server() noexcept;
    [[nodiscard]] State state() noexcept;
    [[nodiscard]] std::size_t max_size() const noexcept { return max_size_; }
    [[nodiscard]] std::uint64_t id() const noexcept { return link_->membership.id(); }

private:
    // The server that serves now, as far as its segment is open here.
    struct Server {
        std::uint64_t id = 0;  // 0: none
        PeerSegment segment;
        const abi::Word* epoch = nullptr;
        std::uint64_t posted = 0;  // the epoch it was last woken for
    };

    // What becomes of calls that nobody answers any more.
    [[nodiscard]] CallOutcome end_of(const ClientLink& link) const noexcept {
        return link.gone && !removed_ ? CallOutcome::ServerGone : CallOutcome::Ended;
    }
    [[nodiscard]] Answer look(ClientLink& link, std::uint32_t slot) noexcept;
    // Spins, sleeps, and with an eventfd lies down in the end.
    template <class Ready>
    [[nodiscard]] bool rest(std::chrono::nanoseconds timeout, Ready ready) noexcept;
    [[nodiscard]] bool renew() noexcept;
    [[nodiscard]] AttachRequest request() const noexcept;
    void bury(const ClientLink& link) noexcept;
    void meet() noexcept;
    void set_end() noexcept;
    [[nodiscard]] bool open_server(std::uint64_t server) noexcept;
    [[nodiscard]] bool met() const noexcept { return link_->membership.roster().change() == seen_; }
    // Nothing more comes of what lies in the exchange that is shared now.
    [[nodiscard]] bool over() const noexcept { return link_->gone || removed_; }

    Connection connection_;
    std::string name_;
    std::string type_;
    std::size_t type_size_;
    Waker waker_;
    std::chrono::nanoseconds spin_;
    std::unique_ptr<ClientLink> link_;
    std::vector<std::unique_ptr<ClientLink>> old_;  // with calls in them
    Server server_;
    std::uint64_t seen_ = 0;  // the roster's change that server_ stands for
    std::size_t max_size_ = 0;
    Fence fence_{};
    bool removed_ = false;  // the region
    StableFd fd_;
    SteadyTime retry_at_{};  // when to ask the daemon again
};

}  // namespace bus
