#include <algorithm>
#include <array>
#include <cstdio>
#include <new>
#include <utility>

#include <bus/error.hpp>
#include <bus/server.hpp>

#include "src/server_core.hpp"

namespace bus {
namespace {

constexpr std::chrono::milliseconds retry_pause{10};

}  // namespace

ServerCore::ServerCore(const Connection& connection, std::string_view name, std::string_view type,
                       std::size_t size, const ServerOptions& options)
    : membership_{connection, name, {Role::Server, type, size, options.waker, options.standby}},
      max_size_{membership_.geometry().size},
      sleeper_{header().sleep, membership_.geometry().fence},
      spin_{options.spin} {
    clients_.reserve(membership_.geometry().following);
    gone_.reserve(membership_.geometry().following);
    end_.change = &membership_.roster().change_word();
    end_.seen = membership_.roster().change() - 1;
    end_.taken_word = &header().taken;
    end_.responded_word = &header().responded;
    end_.arms = options.waker == Waker::EventFd;
    end_.looks = spin_ > std::chrono::nanoseconds{0} && !end_.arms ? first_looks : 0;
    meet();
}

void ServerCore::learn_state() noexcept {
    const auto& roster = membership_.roster();
    const auto own = roster.entry(membership_.entry());
    state_ = own.state == abi::EntryState::Standby ? State::Standby : State::Active;
    if (own.id != membership_.id()) state_ = State::Departed;
    if (roster.removed()) state_ = State::Removed;
}

// Brings the clients up to the roster. Of those that are gone, the ones with requests in hand are
// kept for these; where there is no memory to keep them, everything stays until there is.
void ServerCore::meet() noexcept {
    const auto now = std::chrono::steady_clock::now();
    if (now < retry_at_) return;
    const auto& roster = membership_.roster();
    const auto change = roster.change();
    learn_state();
    bool complete = true;
    end_.only = nullptr;
    try {
        Clients clients;
        clients.reserve(membership_.geometry().following);
        gone_.reserve(gone_.size() + clients_.size());
        for (auto entry = roster.leading_entries(); entry < roster.entries(); ++entry)
            complete = meet_one(entry, clients) && complete;
        clients_.swap(clients);
        for (auto& client : clients) {
            if (!client || client->exchange.in_hand() == 0) continue;
            client->gone = true;
            client->exchange.end().plain = false;
            gone_.push_back(std::move(client));
        }
    } catch (const std::bad_alloc&) {
        complete = false;
    }
    turn_ = 0;
    retry_at_ = complete ? SteadyTime{} : now + retry_pause;
    if (!complete) return;
    end_.seen = change;
    if (clients_.size() == 1) end_.only = &clients_.front()->exchange.end();
}

// False when the entry must be looked at again later.
bool ServerCore::meet_one(std::uint32_t entry, Clients& clients) noexcept {
    const auto& roster = membership_.roster();
    const auto word = roster.entry(entry);
    const bool there = word.role == abi::EntryRole::Client &&
                       word.state == abi::EntryState::Active && state_ == State::Active;
    if (!there) return true;
    const auto known = std::ranges::find_if(
        clients_, [&](const auto& client) { return client && client->id == word.id; });
    if (known != clients_.end()) {
        clients.push_back(std::move(*known));
        return true;
    }
    // An exchange is paired with one server for good.
    if (const auto pair = roster.facts(entry).late; pair != 0 && pair != membership_.id())
        return true;
    PeerSegment segment;
    const auto& geometry = membership_.geometry();
    const auto opened = membership_.open_peer(word.id, geometry.segment_bytes(Role::Client),
                                              segment, base::Access::ReadWrite);
    if (opened != Membership::Opened::Yes) return opened == Membership::Opened::Gone;
    try {
        clients.push_back(
            std::make_unique<ServedClient>(*this, word.id, std::move(segment), geometry));
    } catch (const std::bad_alloc&) {
        return false;
    }
    return true;
}

void ServerCore::bury(const ServedClient& client) noexcept {
    if (client.exchange.in_hand() == 0)
        std::erase_if(gone_, [&](const auto& other) { return other.get() == &client; });
}

void ServerCore::refuse(ServedClient& client, std::uint32_t slot, std::uint32_t code,
                        std::string_view text) noexcept {
    client.exchange.refuse(slot, code, text);
    ServerEnd::count(header().refused);
    hand_back(client);
}

void ServerCore::refuse_too_large(ServedClient& client, std::uint32_t slot,
                                  std::size_t size) noexcept {
    std::array<char, 96> text{};
    const int length =
        std::snprintf(text.data(), text.size(), "the response has %zu bytes, the service takes %zu",
                      size, max_size_);
    refuse(client, slot, refused_too_large, {text.data(), static_cast<std::size_t>(length)});
}

bool ServerCore::ready() noexcept {
    if (!met()) [[unlikely]]
        meet();
    return std::ranges::any_of(clients_,
                               [](const auto& client) { return client->exchange.ready(); });
}

// The same with nothing overlooked: nobody looks again before the next wake.
bool ServerCore::pending() noexcept {
    retry_at_ = {};
    if (!met()) meet();
    bool any = false;
    for (const auto& client : clients_) any = client->exchange.pending() || any;
    return any;
}

// Nothing was there: lies down so that the next request makes the descriptor readable, and looks
// again.
BytesRequest ServerCore::arm() noexcept {
    sleeper_.get_up();
    membership_.waker().drain();
    sleeper_.lie_down();
    if (!pending()) return {};
    auto request = poll();
    if (request) sleeper_.get_up();
    return request;
}

bool ServerCore::wait_for(std::chrono::nanoseconds timeout) noexcept {
    const auto over = [this]() noexcept { return ready() || ended(); };
    const auto surely = [this]() noexcept { return pending() || ended(); };
    sleeper_.get_up();
    const auto spin = std::min(timeout, spin_);
    const bool found = spin_for(spin, over) ||
                       sleep_until(sleeper_, membership_.waker(), deadline_after(timeout - spin),
                                   surely, [this]() noexcept { return ended(); });
    return found && !ended();
}

State ServerCore::state() noexcept {
    if (!met()) meet();
    return state_;
}

std::size_t ServerCore::clients() noexcept {
    if (!met()) meet();
    return clients_.size();
}

std::uint64_t BytesRequest::client() const noexcept { return end_->owner->id; }
void BytesRequest::give_back(ServedEnd* end, std::uint32_t slot) noexcept {
    auto& client = *end->owner;
    client.server.refuse(client, slot, refused_unanswered, "the server gave no answer");
}

BytesServer::BytesServer(const Connection& connection, std::string_view name,
                         const ServerOptions& options)
    : BytesServer{connection, name, nullptr, {}, 0, options} {}

BytesServer::BytesServer(const Connection& connection, std::string_view name,
                         const ServiceOptions& service, const ServerOptions& options)
    : BytesServer{connection, name, &service, service.type, 0, options} {}

BytesServer::BytesServer(const Connection& connection, std::string_view name,
                         const ServiceOptions* service, std::string_view type, std::size_t size,
                         const ServerOptions& options) {
    Connection own{connection};
    if (service != nullptr && !own.contains(name)) try {
            own.create_service(name, *service);
        } catch (const Error& error) {
            if (error.errc() != Errc::RegionExists) throw;  // another was quicker
        }
    core_ = std::make_unique<ServerCore>(connection, name, type, size, options);
    end_ = &core_->end();
}

BytesServer::BytesServer(BytesServer&&) noexcept = default;
BytesServer& BytesServer::operator=(BytesServer&&) noexcept = default;
BytesServer::~BytesServer() = default;

BytesRequest BytesServer::take_next() noexcept { return core_->take(); }
bool BytesServer::respond(ServedEnd* client, std::uint32_t slot, std::size_t size) noexcept {
    return client->owner->server.respond(*client->owner, slot, size);
}
void BytesServer::wake(ServedEnd* client) noexcept { client->owner->wake(); }
void BytesServer::refuse(ServedEnd* client, std::uint32_t slot, std::uint32_t code,
                         std::string_view text) noexcept {
    client->owner->server.refuse(*client->owner, slot, code, text);
}
bool BytesServer::wait_longer(std::chrono::nanoseconds timeout) noexcept {
    return core_->wait_for(timeout);
}
int BytesServer::fd() const noexcept { return core_->fd(); }
State BytesServer::state() noexcept { return core_->state(); }
std::size_t BytesServer::clients() noexcept { return core_->clients(); }
std::size_t BytesServer::max_size() const noexcept { return core_->max_size(); }
std::uint64_t BytesServer::id() const noexcept { return core_->id(); }

}  // namespace bus
