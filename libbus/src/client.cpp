#include <algorithm>
#include <utility>

#include <bus/client.hpp>
#include <bus/error.hpp>

#include "abi/service_layout.hpp"
#include "shm/copy.hpp"
#include "src/client_core.hpp"

namespace bus {
namespace {

constexpr std::chrono::milliseconds retry_pause{10};
constexpr std::chrono::milliseconds renewal_pause{100};
constexpr std::chrono::nanoseconds at_once{0};

}  // namespace

ClientCore::ClientCore(const Connection& connection, std::string_view name, std::string_view type,
                       std::size_t size, const ClientOptions& options)
    : connection_{connection},
      name_{name},
      type_{type},
      type_size_{size},
      waker_{options.waker},
      spin_{options.spin},
      link_{std::make_unique<ClientLink>(*this, connection_, name_, request())},
      seen_{link_->membership.roster().change() - 1},
      max_size_{link_->membership.geometry().size},
      fence_{link_->membership.geometry().fence} {
    fd_.watch(link_->membership.waker_fd(), name_);
    meet();
}

AttachRequest ClientCore::request() const noexcept {
    return {Role::Client, type_, type_size_, waker_};
}

// Learns from the roster who serves, and whether that is still whom the exchange is shared with.
void ClientCore::meet() noexcept {
    const auto now = std::chrono::steady_clock::now();
    if (now < retry_at_) return;
    auto& membership = link_->membership;
    const auto& roster = membership.roster();
    const auto change = roster.change();
    removed_ = roster.removed();
    std::uint64_t serving = 0;
    for (std::uint32_t entry = 0; entry < roster.leading_entries(); ++entry)
        if (const auto word = roster.entry(entry); word.state == abi::EntryState::Active)
            serving = word.id;
    const auto pair = roster.facts(membership.entry()).late;
    const bool here = roster.entry(membership.entry()).id == membership.id();
    link_->gone = link_->gone || !here || (pair != 0 && pair != serving);
    const bool known = link_->gone || open_server(serving);
    retry_at_ = known ? SteadyTime{} : now + retry_pause;
    if (known) seen_ = change;
    set_end();
}

// For the steps that are taken inline.
void ClientCore::set_end() noexcept {
    static constexpr abi::Word nobody{0};  // an epoch of who never sleeps
    auto& end = link_->exchange.end();
    const bool plain = fence_ == Fence::Asymmetric && !over();
    end.seen = plain ? seen_ : ClientEnd::never();
    end.epoch = server_.epoch != nullptr ? server_.epoch : &nobody;
    end.looks = spin_ > at_once ? first_looks : 0;
    end.current = true;
}

// False when it must be tried again later.
bool ClientCore::open_server(std::uint64_t server) noexcept {
    if (server_.id == server) return true;
    server_ = {};
    if (server == 0) return true;
    const auto bytes = link_->membership.geometry().segment_bytes(Role::Server);
    const auto opened = link_->membership.open_peer(server, bytes, server_.segment);
    if (opened != Membership::Opened::Yes) return opened == Membership::Opened::Gone;
    const auto* segment = server_.segment.mapping.data();
    server_.epoch = &reinterpret_cast<const abi::ServerHeader*>(segment)->sleep.epoch;
    server_.id = server;
    return true;
}

void ClientCore::wake_server() noexcept {
    if (server_.epoch == nullptr) return;
    const auto epoch = server_.epoch->load(std::memory_order_relaxed);  // relaxed: see Sleeper
    if ((epoch & 1) == 0 || epoch == server_.posted) return;
    server_.posted = epoch;
    server_.segment.waker.post();
}

// Shares fresh memory with whoever serves next: who has gone may still write to the old. The place
// in the region is given up before another one is asked for, so that there is one.
bool ClientCore::renew() noexcept {
    const auto now = std::chrono::steady_clock::now();
    if (now < retry_at_) return false;
    retry_at_ = now + renewal_pause;
    try {
        if (!link_->membership.leave()) return false;
        old_.reserve(old_.size() + 1);
        auto next = std::make_unique<ClientLink>(*this, connection_, name_, request());
        fd_.watch(next->membership.waker_fd(), name_);
        link_.swap(next);
        auto& old = next->exchange.end();
        old.current = false;
        old.seen = ClientEnd::never();
        if (next->exchange.lent() != 0) old_.push_back(std::move(next));
    } catch (...) {
        return false;  // the daemon is away, or somebody else has the place now
    }
    server_ = {};
    retry_at_ = {};
    meet();
    return true;
}

void ClientCore::bury(const ClientLink& link) noexcept {
    if (link.exchange.lent() == 0)
        std::erase_if(old_, [&](const auto& other) { return other.get() == &link; });
}

ClientCore::Answer ClientCore::look(ClientLink& link, std::uint32_t slot) noexcept {
    const auto answer = link.exchange.look(slot);
    if (answer.look == shm::ClientExchange::Look::Nothing) return {};
    const bool responded = answer.look == shm::ClientExchange::Look::Responded;
    return {responded ? CallOutcome::Answered : CallOutcome::Refused, answer.size, answer.code};
}

// What the server answered before it went counts, so there is a look after the news.
ClientCore::Answer ClientCore::await(ClientLink& link, std::uint32_t slot,
                                     std::chrono::nanoseconds timeout) noexcept {
    auto answer = look(link, slot);
    const auto answered = [&]() noexcept {
        if (answer.outcome == CallOutcome::TimedOut) answer = look(link, slot);
        return answer.outcome != CallOutcome::TimedOut;
    };
    const bool current = &link == link_.get();
    if (answered() || (current && rest(timeout, answered))) return answer;
    if (current && !over()) return answered() ? answer : Answer{};
    if (!answered()) answer.outcome = end_of(link);
    return answer;
}

template <class Ready>
bool ClientCore::rest(std::chrono::nanoseconds timeout, Ready ready) noexcept {
    auto& sleeper = link_->sleeper;
    auto& waker = link_->membership.waker();
    const auto ended = [this]() noexcept {
        if (!met()) [[unlikely]]
            meet();
        return over();
    };
    const auto either = [&]() noexcept { return ready() || ended(); };
    sleeper.get_up();
    if (timeout > at_once) {
        const auto spin = std::min(timeout, spin_);
        if (spin_for(spin, either) ||
            sleep_until(sleeper, waker, deadline_after(timeout - spin), either, ended))
            return ready();
    }
    if (ended() || waker_ != Waker::EventFd) return false;
    waker.drain();
    sleeper.lie_down();
    if (!either()) return false;
    sleeper.get_up();
    return ready();
}

ClientCore::Lent ClientCore::lend(std::chrono::nanoseconds timeout) noexcept {
    if (!met()) meet();
    if (removed_ || (link_->gone && !renew())) return {};
    const auto roomy = [this]() noexcept { return link_->exchange.has_room(); };
    if (!roomy()) static_cast<void>(rest(timeout, roomy));
    const auto slot = link_->exchange.claim();
    if (slot == shm::ClientExchange::none) return {};
    return {&end(), end().payload(slot), slot};
}

BytesCall ClientCore::call(std::span<const std::byte> request,
                           std::chrono::nanoseconds timeout) noexcept {
    const auto deadline = deadline_after(timeout);
    BytesCall call;
    if (request.size() > max_size_) {
        call.outcome_ = CallOutcome::TooLarge;
        return call;
    }
    call = BytesCall{lend(timeout)};
    if (!call) {
        if (removed_) call.outcome_ = CallOutcome::Ended;
        return call;
    }
    shm::copy_in(call.data(), request.data(), request.size());
    if (call.send(request.size())) call.wait_for(deadline - std::chrono::steady_clock::now());
    return call;
}

bool ClientCore::wait_for(std::chrono::nanoseconds timeout) noexcept {
    const auto any = [this]() noexcept { return link_->exchange.any_answer(); };
    return any() || rest(timeout, any) || over();
}

bool ClientCore::has_server() noexcept {
    if (!met()) meet();
    return !removed_ && link_->membership.roster().count_active(abi::EntryRole::Server) != 0;
}

State ClientCore::state() noexcept {
    if (!met()) meet();
    if (removed_) return State::Removed;
    return link_->gone ? State::Departed : State::Active;
}

void BytesCall::give_back(ClientEnd* end, std::uint32_t slot) noexcept {
    end->owner->client.give_back(*end->owner, slot);
}
CallOutcome BytesCall::send(ClientEnd* end, std::uint32_t slot, std::size_t size) noexcept {
    return end->owner->client.send(*end->owner, slot, size);
}
void BytesCall::wake_server(ClientEnd* end) noexcept { end->owner->client.wake_server(); }
BytesCall::Answer BytesCall::await(ClientEnd* end, std::uint32_t slot,
                                   std::chrono::nanoseconds timeout) noexcept {
    return end->owner->client.await(*end->owner, slot, timeout);
}

BytesClient::BytesClient(const Connection& connection, std::string_view name,
                         const ClientOptions& options)
    : BytesClient{connection, name, {}, 0, options} {}

BytesClient::BytesClient(const Connection& connection, std::string_view name, std::string_view type,
                         std::size_t size, const ClientOptions& options)
    : core_{std::make_unique<ClientCore>(connection, name, type, size, options)},
      end_{&core_->end()} {}

BytesClient::BytesClient(BytesClient&&) noexcept = default;
BytesClient& BytesClient::operator=(BytesClient&&) noexcept = default;
BytesClient::~BytesClient() = default;

BytesCall::Lent BytesClient::lend(std::chrono::nanoseconds timeout) noexcept {
    const auto lent = core_->lend(timeout);
    end_ = &core_->end();
    return lent;
}
BytesCall BytesClient::call(std::span<const std::byte> request,
                            std::chrono::nanoseconds timeout) noexcept {
    auto call = core_->call(request, timeout);
    end_ = &core_->end();
    return call;
}
bool BytesClient::wait_for(std::chrono::nanoseconds timeout) noexcept {
    return core_->wait_for(timeout);
}
int BytesClient::fd() const noexcept { return core_->fd(); }
bool BytesClient::has_server() noexcept { return core_->has_server(); }
State BytesClient::state() noexcept { return core_->state(); }
std::size_t BytesClient::max_size() const noexcept { return core_->max_size(); }
std::uint64_t BytesClient::id() const noexcept { return core_->id(); }

}  // namespace bus
