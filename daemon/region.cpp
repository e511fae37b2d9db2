#include "daemon/region.hpp"

#include <algorithm>
#include <ranges>

#include <bus/error.hpp>

#include "abi/roles.hpp"
#include "base/memfd.hpp"
#include "daemon/accounts.hpp"
#include "daemon/kept_name.hpp"
#include "shm/derive.hpp"

namespace shmbusd {

using bus::Errc;
using bus::Error;
using bus::Event;
using bus::Role;
using bus::abi::EntryState;

namespace {

bus::shm::AccessRecord record_of(const AccessRule& rule,
                                 std::span<const bus::abi::AccessEntry> named) {
    return {.owner = rule.owner, .group = rule.group, .mode = rule.mode, .named = named};
}

std::string noun_of(bus::Kind kind) {
    return std::string{to_string(kind)} + (kind == bus::Kind::Raw ? " region" : "");
}

const char* deed_of(Role role) noexcept {
    switch (role) {
        case Role::Publisher:
            return "publish";
        case Role::Subscriber:
            return "subscribe";
        case Role::Server:
            return "serve";
        case Role::Client:
            return "be a client";
        case Role::Writer:
            return "write";
        case Role::Reader:
            break;
    }
    return "read";
}

}  // namespace

Region::Region(RegionPlan plan, Quotas& quotas, Announce announce)
    : plan_{std::move(plan)},
      quotas_{quotas},
      announce_{std::move(announce)},
      geometry_{bus::shm::derive_geometry(plan_.shape, plan_.largest)},
      charge_{charge(plan_.access.owner, plan_.billing)},
      entries_(geometry_.entries(), 0) {
    const auto bytes = geometry_.roster_bytes();
    const auto roster = bus::base::make_memfd("shmbus-roster:" + plan_.name, bytes);
    roster_mapping_ = bus::base::Mapping{roster.get(), bytes, bus::base::Access::ReadWrite,
                                         bus::base::Populate::Lazily, plan_.name};
    const auto named = entries_of(plan_.access);
    roster_ =
        bus::shm::RosterWriter{roster_mapping_.data(), geometry_,
                               bus::shm::make_record(plan_.name, plan_.number, plan_.shape,
                                                     record_of(plan_.access, named), plan_.bus_id)};
    roster_handle_ = bus::base::reopen_read_only(roster.get(), plan_.name);
    roster_kept_ = {plan_.store, roster_name(plan_.number), roster.get()};
}

Region::Region(RegionPlan plan, const Survivor& survivor, Quotas& quotas, Announce announce)
    : plan_{std::move(plan)},
      quotas_{quotas},
      announce_{std::move(announce)},
      geometry_{bus::shm::derive_geometry(plan_.shape, plan_.largest)},
      charge_{charge(plan_.access.owner, Billing::Always)},
      roster_handle_{bus::base::reopen_read_only(survivor.roster.get(), plan_.name)},
      roster_mapping_{survivor.roster.get(), geometry_.roster_bytes(), bus::base::Access::ReadWrite,
                      bus::base::Populate::Lazily, plan_.name},
      roster_{roster_mapping_.data()},
      entries_(geometry_.entries(), 0),
      next_id_{survivor.next_id} {}

void Region::take_up(Survivor survivor) {
    recall_shared(survivor);
    std::vector<std::uint64_t> unsound;
    for (auto& member : survivor.members) {
        if (!member.sound) unsound.push_back(member.plan.id);
        recall(member);
        take_up_member(std::move(member), survivor);
    }
    // From here on it is this daemon's to drop: what failed above is set aside with all it has.
    roster_kept_ = {plan_.store, roster_name(plan_.number)};
    for (const auto& attachment : attachments_ | std::views::values)
        attachment->keep_from_now_on(plan_.store);
    keep_from_now_on();
    for (const auto id : unsound) {
        tell(Event::What::Died, *attachments_.at(id));
        forget(id);
    }
    reap();  // also for those whose end was cut short
}

void Region::take_up_member(Survivor::Member member, const Survivor& survivor) {
    auto& plan = member.plan;
    plan.region = plan_.name;
    plan.region_number = plan_.number;
    plan.semaphore_name = plan_.semaphore_prefix + std::to_string(plan.id);
    plan.charge = quotas_.take_up(plan.owner.uid, {.attachments = 1, .bytes = bytes_of(plan.role)});
    for (const auto& other : survivor.members)
        if (bus::abi::meets(other.plan.role, plan.role))
            member.left.entitled.insert(other.plan.owner.uid);
    entries_[plan.entry] = plan.id;
    const auto id = plan.id;
    attachments_.emplace(
        id, std::make_unique<Attachment>(std::move(plan), geometry_, std::move(member.left)));
}

void Region::resume() noexcept {
    roster_.announce();
    wake_all();
}

void Region::move_to_bus(const std::string& bus_id) {
    end_those(Event::What::Died, [](const Attachment&) { return true; });
    roster_.set_bus_id(bus_id);
}

std::vector<const Attachment*> Region::members() const {
    std::vector<const Attachment*> members;
    for (const auto& attachment : attachments_ | std::views::values)
        members.push_back(attachment.get());
    return members;
}

Charge Region::charge(uid_t owner, Billing billing) {
    const bus::Resources what{.regions = 1, .bytes = own_bytes()};
    return billing == Billing::Always ? quotas_.take_up(owner, what) : quotas_.charge(owner, what);
}

void Region::set_access(const AccessRule& rule, Billing billing) {
    if (rule.owner != plan_.access.owner) charge_ = charge(rule.owner, billing);
    plan_.access = rule;
    const auto named = entries_of(rule);
    roster_.set_access(record_of(rule, named));
}

void Region::check_join(const JoinRequest& request, const Credentials& caller) const {
    const auto needed = bus::abi::kind_of(request.role);
    if (needed != kind())
        throw Error{Errc::KindMismatch, plan_.name + ": a " + noun_of(kind()) + " has no " +
                                            std::string{to_string(request.role)} + ", a " +
                                            noun_of(needed) + " has"};
    if (!plan_.access.allows(caller, bus::abi::right_of(request.role)))
        throw Error{Errc::AccessDenied, plan_.name + ": " + user_text(caller.uid) + " may not " +
                                            deed_of(request.role)};
    const auto& type = plan_.shape.type;
    if (!request.type.empty() && !type.empty() && request.type != type)
        throw Error{Errc::TypeMismatch, plan_.name + ": the " + noun_of(kind()) + "'s type is \"" +
                                            type + "\", not \"" + request.type + "\""};
    if (request.size > geometry_.size)
        throw Error{Errc::TypeMismatch, plan_.name + ": the " + noun_of(kind()) +
                                            " takes payloads of up to " +
                                            std::to_string(geometry_.size) +
                                            " bytes, the type has " + std::to_string(request.size)};
}

const Attachment& Region::attach(const JoinRequest& request, const Credentials& caller) {
    if (const auto* repeated = find_repeated(request, caller.peer)) return *repeated;
    check_join(request, caller);
    reap();
    check_role(request);
    const auto id = next_id_;
    return add(std::make_unique<Attachment>(
        Attachment::Plan{.id = id,
                         .role = request.role,
                         .entry = find_entry(request.role),
                         .owner = caller,
                         .waker = request.waker,
                         .region = plan_.name,
                         .semaphore_name = plan_.semaphore_prefix + std::to_string(id),
                         .charge = quotas_.charge(
                             caller.uid, {.attachments = 1, .bytes = bytes_of(request.role)}),
                         .token = request.token,
                         .store = plan_.store,
                         .region_number = plan_.number},
        geometry_));
}

const Attachment& Region::add(std::unique_ptr<Attachment> made) {
    const auto id = next_id_++;
    entries_[made->entry()] = id;
    const auto& attachment = *attachments_.emplace(id, std::move(made)).first->second;
    const auto& owner = attachment.owner();
    roster_.enter(attachment.entry(),
                  {.pid = static_cast<std::uint32_t>(owner.pid),
                   .uid = owner.uid,
                   .peer = owner.peer,
                   .segment_bytes = attachment.bytes(),
                   .token = attachment.token(),
                   .waker = attachment.event() >= 0 ? bus::abi::EntryWaker::EventFd
                                                    : bus::abi::EntryWaker::Semaphore},
                  attachment.word());
    return attachment;
}

// The same request came before, and its answer was lost with the daemon that gave it.
const Attachment* Region::find_repeated(const JoinRequest& request, std::string_view peer) const {
    for (const auto& other : attachments_ | std::views::values)
        if (request.token != 0 && other->token() == request.token && other->owner().peer == peer &&
            other->role() == request.role && other->state() == EntryState::Attached)
            return other.get();
    return nullptr;
}

void Region::check_room(Role role) const {
    const auto limit = bus::abi::leads(role) ? geometry_.leading : geometry_.following;
    const auto taken =
        std::ranges::count_if(attachments_ | std::views::values, [&](const auto& other) {
            return other->role() == role && other->state() != EntryState::Departed;
        });
    if (taken >= limit)
        throw Error{Errc::LimitsExceeded,
                    plan_.name + ": it has room for " + std::to_string(limit) + " " +
                        std::string{to_string(role)} + "s, all of which are attached"};
}

// As many entries as attachments: where there is room, one is free.
std::uint32_t Region::find_entry(Role role) {
    check_room(role);
    const bool leading = bus::abi::leads(role);
    return free_entry(leading ? 0 : geometry_.leading_entries(),
                      leading ? geometry_.leading_entries() : geometry_.entries());
}

std::uint32_t Region::free_entry(std::uint32_t from, std::uint32_t to) const noexcept {
    while (from < to && entries_[from] != 0) ++from;
    return from;
}

Attachment& Region::find(std::uint64_t id, std::string_view peer) {
    const auto found = attachments_.find(id);
    if (found == attachments_.end() || found->second->owner().peer != peer)
        throw Error{Errc::NoSuchAttachment,
                    plan_.name + ": the caller has no attachment " + std::to_string(id)};
    return *found->second;
}

void Region::activate(std::uint64_t id, std::string_view peer) {
    auto& attachment = find(id, peer);
    if (attachment.state() != EntryState::Attached) return;
    const auto state = first_state(attachment);
    attachment.seal();
    set_state(attachment, state);
    tell(Event::What::Attached, attachment);
}

EntryState Region::first_state(const Attachment&) const { return EntryState::Active; }

void Region::detach(std::uint64_t id, std::string_view peer) {
    if (find(id, peer).state() == EntryState::Departed)
        throw Error{Errc::NoSuchAttachment,
                    plan_.name + ": attachment " + std::to_string(id) + " has left already"};
    end_attachment(id, Event::What::Detached);
    reap();
}

const Attachment& Region::open_peer(std::uint64_t id, std::uint64_t peer_id,
                                    const Credentials& caller) {
    const auto& own = find(id, caller.peer);
    const auto found = attachments_.find(peer_id);
    const bool open =
        found != attachments_.end() && peer_id != id && own.state() == EntryState::Active &&
        bus::abi::meets(own.role(), found->second->role()) && is_open(own, *found->second);
    if (!open)
        throw Error{Errc::NoSuchAttachment, plan_.name + ": attachment " + std::to_string(id) +
                                                " has no peer " + std::to_string(peer_id)};
    note_opened(own, *found->second);
    found->second->entitle(caller.uid);
    return *found->second;
}

bool Region::is_open(const Attachment&, const Attachment& peer) const {
    return peer.state() == EntryState::Active;
}

bool Region::report_stall(std::uint64_t, std::uint64_t, std::string_view, Time) {
    throw Error{Errc::KindMismatch, plan_.name + ": nobody publishes in a " + noun_of(kind())};
}

SharedBytes Region::open_bytes(std::uint64_t, std::string_view) { refuse_bytes(); }
SharedBytes Region::grow(std::uint64_t, std::string_view, std::uint64_t) { refuse_bytes(); }
void Region::announce_bytes(std::uint64_t, std::string_view, std::uint64_t) { refuse_bytes(); }

void Region::refuse_bytes() const {
    throw Error{Errc::KindMismatch, plan_.name + ": a " + noun_of(kind()) + " has no bytes to map"};
}

template <class Which>
void Region::end_those(Event::What what, Which which) {
    std::vector<std::uint64_t> ending;
    for (const auto& [id, attachment] : attachments_)
        if (attachment->state() != EntryState::Departed && which(*attachment)) ending.push_back(id);
    for (const auto id : ending) end_attachment(id, what);
    if (!ending.empty()) reap();
}

void Region::client_gone(std::string_view peer) {
    end_those(Event::What::Died, [&](const Attachment& one) { return one.owner().peer == peer; });
}

void Region::end_detached() {
    end_those(Event::What::Detached, [](const Attachment& one) { return one.is_detached(); });
}

void Region::end_attachment(std::uint64_t id, Event::What what) {
    auto& attachment = *attachments_.at(id);
    if (attachment.state() != EntryState::Attached) tell(what, attachment);
    part(attachment);
}

void Region::part(Attachment& attachment) { forget(attachment.id()); }

// It leaves the roster before its descriptors leave the store: an entry without them would be a
// roster that does not check out.
void Region::forget(std::uint64_t id) {
    const auto gone = attachments_.extract(id);
    const auto entry = gone.mapped()->entry();
    entries_[entry] = 0;
    roster_.set(entry, {});
    wake_all();
}

void Region::set_state(Attachment& attachment, EntryState state) {
    attachment.set_state(state);
    roster_.set(attachment.entry(), attachment.word());
    wake_all();
}

// Whoever sleeps looks at the roster again.
void Region::wake_all() noexcept {
    for (const auto& attachment : attachments_ | std::views::values) attachment->wake();
}

void Region::end() {
    roster_.set_removed();
    wake_all();
}

void Region::tell(Event::What what, const Attachment& attachment) const {
    Event event;
    event.what = what;
    event.region = plan_.name;
    event.attachment = attachment.id();
    event.role = attachment.role();
    event.pid = attachment.owner().pid;
    event.uid = attachment.owner().uid;
    announce_(event, attachment.owner());
}

std::uint32_t Region::count_active(Role role) const noexcept {
    return static_cast<std::uint32_t>(
        std::ranges::count_if(attachments_ | std::views::values, [&](const auto& attachment) {
            return attachment->role() == role && attachment->state() == EntryState::Active;
        }));
}

std::uint64_t Region::bytes() const noexcept {
    auto bytes = own_bytes();
    for (const auto& attachment : attachments_ | std::views::values) bytes += attachment->bytes();
    return bytes;
}

std::vector<bus::AttachmentInfo> Region::statistics() const {
    std::vector<bus::AttachmentInfo> rows;
    for (const auto& attachment : attachments_ | std::views::values) {
        if (attachment->state() == EntryState::Attached) continue;
        auto info = attachment->info();
        count(*attachment, info);
        rows.push_back(std::move(info));
    }
    return rows;
}

bus::RegionInfo Region::info() const {
    return {.name = plan_.name,
            .kind = kind(),
            .type = plan_.shape.type,
            .size = size(),
            .publishers = count_active(bus::abi::leading_role(kind())),
            .subscribers = count_active(bus::abi::following_role(kind())),
            .bytes = bytes(),
            .owner = plan_.access.owner,
            .mode = plan_.access.mode};
}

}  // namespace shmbusd
