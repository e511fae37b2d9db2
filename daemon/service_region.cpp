#include "daemon/service_region.hpp"

#include <algorithm>
#include <ranges>
#include <string>

#include <bus/error.hpp>

#include "abi/service_layout.hpp"

namespace shmbusd {

using bus::Errc;
using bus::Error;
using bus::Role;
using bus::abi::EntryState;

namespace {

template <class Header>
const Header& header_of(const Attachment& attachment) noexcept {
    return *reinterpret_cast<const Header*>(attachment.memory());
}

// What was begun and is not ended yet; the counters are their writers' to get wrong.
std::uint64_t open_of(std::uint64_t begun, const bus::AttachmentInfo& info,
                      std::uint64_t most) noexcept {
    const auto ended = info.responded + info.refused;
    return begun > ended ? std::min(begun - ended, most) : 0;
}

// Server and client have these by the same names.
template <class Header>
void count_answers(const Header& header, bus::AttachmentInfo& info) noexcept {
    // relaxed: statistics of a running peer, each right by itself
    info.responded = header.responded.load(std::memory_order_relaxed);
    info.refused = header.refused.load(std::memory_order_relaxed);
}

}  // namespace

void ServiceRegion::recall(const Survivor::Member& member) {
    if (member.plan.role == Role::Client && member.late != 0)
        paired_.emplace(member.plan.id, member.late);
}

Attachment* ServiceRegion::first_server() const noexcept {
    const auto all = attachments_by_id() | std::views::values;
    const auto found = std::ranges::find(all, Role::Server, &Attachment::role);
    return found != all.end() ? (*found).get() : nullptr;
}

void ServiceRegion::check_role(const JoinRequest& request) const {
    const auto* serving = first_server();
    if (request.role != Role::Server || request.standby || serving == nullptr) return;
    throw Error{Errc::LimitsExceeded,
                name() + ": attachment " + std::to_string(serving->id()) +
                    " serves it, and this one does not ask to wait as a standby"};
}

EntryState ServiceRegion::first_state(const Attachment& attachment) const {
    const bool waits = attachment.role() == Role::Server && &attachment != first_server();
    return waits ? EntryState::Standby : EntryState::Active;
}

bool ServiceRegion::is_open(const Attachment& own, const Attachment& peer) const {
    if (peer.state() != EntryState::Active) return false;
    if (own.role() == Role::Client) return true;
    const auto pair = paired_.find(peer.id());
    return pair == paired_.end() || pair->second == own.id();
}

// It stands in the roster before the server has the handle.
void ServiceRegion::note_opened(const Attachment& own, const Attachment& peer) {
    if (own.role() != Role::Server || !paired_.emplace(peer.id(), own.id()).second) return;
    roster_writer().pair(peer.entry(), own.id());
}

void ServiceRegion::part(Attachment& attachment) {
    paired_.erase(attachment.id());
    Region::part(attachment);
}

// Whose turn has come takes over.
void ServiceRegion::reap() {
    auto* next = first_server();
    if (next != nullptr && next->state() == EntryState::Standby)
        set_state(*next, EntryState::Active);
}

void ServiceRegion::count(const Attachment& attachment, bus::AttachmentInfo& info) const {
    if (attachment.role() == Role::Server) {
        const auto& own = header_of<bus::abi::ServerHeader>(attachment);
        count_answers(own, info);
        info.requests = own.taken.load(std::memory_order_relaxed);  // relaxed: as above
        const auto most = std::uint64_t{geometry().slots} * geometry().following;
        info.in_flight = open_of(info.requests, info, most);
        return;
    }
    const auto& own = header_of<bus::abi::ExchangeHeader>(attachment);
    count_answers(own, info);
    info.requests = own.sent.load(std::memory_order_relaxed);  // relaxed: as above
    info.in_flight = open_of(info.requests, info, geometry().slots);
}

}  // namespace shmbusd
