#include "daemon/region.hpp"

#include <algorithm>
#include <ranges>
#include <set>

#include <bus/error.hpp>

#include "base/memfd.hpp"
#include "daemon/accounts.hpp"
#include "daemon/kept_name.hpp"
#include "shm/format.hpp"

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

}  // namespace

Region::Region(RegionPlan plan, Quotas& quotas, Announce announce)
    : plan_{std::move(plan)},
      quotas_{quotas},
      announce_{std::move(announce)},
      geometry_{bus::shm::derive_geometry(plan_.options, plan_.largest)},
      charge_{charge(plan_.access.owner, plan_.billing)},
      entries_(geometry_.entries(), 0) {
    const auto bytes = geometry_.roster_bytes();
    const auto roster = bus::base::make_memfd("shmbus-roster:" + plan_.name, bytes);
    roster_mapping_ = bus::base::Mapping{roster.get(), bytes, bus::base::Access::ReadWrite,
                                         bus::base::Populate::Lazily, plan_.name};
    const auto named = entries_of(plan_.access);
    roster_ = bus::shm::RosterWriter{
        roster_mapping_.data(), geometry_,
        bus::shm::make_record(plan_.name, plan_.number, plan_.kind, plan_.options,
                              record_of(plan_.access, named), plan_.bus_id)};
    roster_handle_ = bus::base::reopen_read_only(roster.get(), plan_.name);
    roster_kept_ = {plan_.store, roster_name(plan_.number), roster.get()};
}

Region::Region(RegionPlan plan, Survivor survivor, Quotas& quotas, Announce announce)
    : plan_{std::move(plan)},
      quotas_{quotas},
      announce_{std::move(announce)},
      geometry_{bus::shm::derive_geometry(plan_.options, plan_.largest)},
      charge_{charge(plan_.access.owner, Billing::Always)},
      roster_handle_{bus::base::reopen_read_only(survivor.roster.get(), plan_.name)},
      roster_mapping_{survivor.roster.get(), geometry_.roster_bytes(), bus::base::Access::ReadWrite,
                      bus::base::Populate::Lazily, plan_.name},
      roster_{roster_mapping_.data()},
      entries_(geometry_.entries(), 0),
      next_id_{survivor.next_id} {
    std::vector<std::uint64_t> unsound;
    for (auto& member : survivor.members) {
        if (!member.sound) unsound.push_back(member.plan.id);
        take_up(std::move(member), survivor);
    }
    // From here on it is this daemon's to drop: what failed above is set aside with all it has.
    roster_kept_ = {plan_.store, roster_name(plan_.number)};
    for (const auto& attachment : attachments_ | std::views::values)
        attachment->keep_from_now_on(plan_.store);
    for (const auto id : unsound) {
        tell(Event::What::Died, *attachments_.at(id));
        forget(id);
    }
}

void Region::take_up(Survivor::Member member, const Survivor& survivor) {
    auto& plan = member.plan;
    plan.region = plan_.name;
    plan.region_number = plan_.number;
    plan.semaphore_name = plan_.semaphore_prefix + std::to_string(plan.id);
    plan.charge = quotas_.take_up(plan.owner.uid, {.attachments = 1, .bytes = bytes_of(plan.role)});
    for (const auto& other : survivor.members)
        if (other.plan.role != plan.role) member.left.entitled.insert(other.plan.owner.uid);
    if (member.left.state == EntryState::Departed) departed_.emplace(plan.id, member.late);
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
    std::set<std::string> peers;
    for (const auto& attachment : attachments_ | std::views::values)
        peers.insert(attachment->owner().peer);
    for (const auto& peer : peers) client_gone(peer);
    roster_.set_bus_id(bus_id);
}

std::vector<const Attachment*> Region::members() const {
    std::vector<const Attachment*> members;
    for (const auto& attachment : attachments_ | std::views::values)
        members.push_back(attachment.get());
    return members;
}

Charge Region::charge(uid_t owner, Billing billing) {
    const bus::Resources what{.regions = 1, .bytes = geometry_.roster_bytes()};
    return billing == Billing::Always ? quotas_.take_up(owner, what) : quotas_.charge(owner, what);
}

void Region::set_access(const AccessRule& rule, Billing billing) {
    if (rule.owner != plan_.access.owner) charge_ = charge(rule.owner, billing);
    plan_.access = rule;
    const auto named = entries_of(rule);
    roster_.set_access(record_of(rule, named));
}

std::uint64_t Region::bytes_of(Role role) const noexcept {
    return role == Role::Publisher ? geometry_.publisher_bytes() : geometry_.subscriber_bytes();
}

void Region::check_join(const JoinRequest& request, const Credentials& caller) const {
    const bool publish = request.role == Role::Publisher;
    if (!plan_.access.allows(caller, publish ? Right::Write : Right::Read))
        throw Error{Errc::AccessDenied, plan_.name + ": " + user_text(caller.uid) + " may not " +
                                            (publish ? "publish" : "subscribe")};
    if (!request.type.empty() && !plan_.options.type.empty() && request.type != plan_.options.type)
        throw Error{Errc::TypeMismatch, plan_.name + ": the topic's type is \"" +
                                            plan_.options.type + "\", not \"" + request.type +
                                            "\""};
    if (request.size > geometry_.size)
        throw Error{Errc::TypeMismatch, plan_.name + ": the topic takes payloads of up to " +
                                            std::to_string(geometry_.size) +
                                            " bytes, the type has " + std::to_string(request.size)};
}

const Attachment& Region::attach(const JoinRequest& request, const Credentials& caller) {
    if (const auto* repeated = find_repeated(request, caller.peer)) return *repeated;
    check_join(request, caller);
    reap();
    const auto entry = find_entry(request.role);
    const auto id = next_id_;
    auto made = std::make_unique<Attachment>(
        Attachment::Plan{.id = id,
                         .role = request.role,
                         .entry = entry,
                         .owner = caller,
                         .waker = request.waker,
                         .region = plan_.name,
                         .semaphore_name = plan_.semaphore_prefix + std::to_string(id),
                         .charge = quotas_.charge(
                             caller.uid, {.attachments = 1, .bytes = bytes_of(request.role)}),
                         .token = request.token,
                         .store = plan_.store,
                         .region_number = plan_.number},
        geometry_);
    ++next_id_;
    entries_[entry] = id;
    const auto& attachment = *attachments_.emplace(id, std::move(made)).first->second;
    roster_.enter(entry,
                  {.pid = static_cast<std::uint32_t>(caller.pid),
                   .uid = caller.uid,
                   .peer = caller.peer,
                   .segment_bytes = attachment.bytes(),
                   .token = request.token,
                   .waker = request.waker == WakerKind::EventFd ? bus::abi::EntryWaker::EventFd
                                                                : bus::abi::EntryWaker::Semaphore},
                  attachment.word());
    return attachment;
}

// The same request came before, and its answer was lost with the daemon that gave it.
const Attachment* Region::find_repeated(const JoinRequest& request, std::string_view peer) const {
    const auto same = [&](const auto& other) {
        return request.token != 0 && other->token() == request.token &&
               other->owner().peer == peer && other->role() == request.role &&
               other->state() == EntryState::Attached;
    };
    const auto all = attachments_ | std::views::values;
    const auto found = std::ranges::find_if(all, same);
    return found != all.end() ? (*found).get() : nullptr;
}

// Publishers have twice as many entries as may be active: the others keep departed ones.
std::uint32_t Region::find_entry(Role role) {
    const bool publisher = role == Role::Publisher;
    const auto limit = publisher ? geometry_.publishers : geometry_.subscribers;
    const auto taken =
        std::ranges::count_if(attachments_ | std::views::values, [&](const auto& other) {
            return other->role() == role && other->state() != EntryState::Departed;
        });
    if (taken >= limit)
        throw Error{Errc::LimitsExceeded, plan_.name + ": it has room for " +
                                              std::to_string(limit) +
                                              (publisher ? " publishers" : " subscribers") +
                                              ", all of which are attached"};
    const auto from = publisher ? 0 : geometry_.lanes();
    const auto to = publisher ? geometry_.lanes() : geometry_.entries();
    if (free_entry(from, to) == to) free_departed();
    const auto entry = free_entry(from, to);
    if (entry == to)
        throw Error{Errc::LimitsExceeded,
                    plan_.name + ": " + std::to_string(departed_.size()) +
                        " departed publishers have samples that subscribers have yet to take"};
    return entry;
}

std::uint32_t Region::free_entry(std::uint32_t from, std::uint32_t to) const noexcept {
    while (from < to && entries_[from] != 0) ++from;
    return from;
}

// Makes room among the departed: the oldest that nobody waits for; in a topic that overwrites, the
// oldest.
void Region::free_departed() {
    for (const auto id : departed_ | std::views::keys) {
        if (still_wanted(*attachments_.at(id)) && geometry_.overflow == bus::Overflow::Block)
            continue;
        forget(id);
        return;
    }
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
    attachment.seal();
    set_state(attachment, EntryState::Active);
    tell(Event::What::Attached, attachment);
}

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
    const bool open = found != attachments_.end() && own.state() == EntryState::Active &&
                      found->second->role() != own.role() &&
                      (found->second->state() == EntryState::Active ||
                       found->second->state() == EntryState::Departed);
    if (!open)
        throw Error{Errc::NoSuchAttachment, plan_.name + ": attachment " + std::to_string(id) +
                                                " has no peer " + std::to_string(peer_id)};
    found->second->entitle(caller.uid);
    return *found->second;
}

// The subscriber has something of this publisher's to take, by what it sees itself: the stamp where
// its cursor stands. Where that is ahead and the floor confirms it, there is: an honest subscriber
// goes on at the floor, so a cursor that stays below it is a lie.
bool Region::has_more(const Attachment& publisher, const Attachment& subscriber) const noexcept {
    const auto cursor = std::max<std::uint64_t>(subscriber.cursor(publisher), 1);
    const auto floor = publisher.floor();
    const auto stamp = publisher.stamp(cursor) & ~bus::abi::skipped_bit;
    return stamp == cursor || (stamp > cursor && floor > cursor);
}

// There is something to take, and the ring cannot go on without it. Without the look at the stamp,
// a publisher could have subscribers evicted that see nothing.
bool Region::keeps_waiting(const Attachment& publisher,
                           const Attachment& subscriber) const noexcept {
    if (!has_more(publisher, subscriber)) return false;
    const auto cursor = std::max<std::uint64_t>(subscriber.cursor(publisher), 1);
    const auto floor = publisher.floor();
    const auto oldest = std::max(cursor, floor);
    const auto head = publisher.head();
    return head >= oldest && head - oldest + 1 >= geometry_.slots;
}

bool Region::report_stall(std::uint64_t id, std::uint64_t laggard, std::string_view peer,
                          Time now) {
    const auto& publisher = find(id, peer);
    const auto found = attachments_.find(laggard);
    if (found == attachments_.end() || found->second->state() != EntryState::Active ||
        found->second->role() != Role::Subscriber || publisher.role() != Role::Publisher ||
        publisher.state() != EntryState::Active)
        throw Error{Errc::NoSuchAttachment, plan_.name + ": attachment " + std::to_string(id) +
                                                " waits for no subscriber " +
                                                std::to_string(laggard)};
    const auto key = std::pair{id, laggard};
    if (geometry_.patience == 0 || !keeps_waiting(publisher, *found->second)) {
        stalls_.erase(key);
        return false;
    }
    const auto cursor = found->second->cursor(publisher);
    const auto [stall, fresh] = stalls_.try_emplace(key, Stall{cursor, now});
    // Only a move forwards is progress; to and fro would put the end off for ever.
    if (stall->second.cursor < cursor) stall->second = {cursor, now};
    if (now - stall->second.since < std::chrono::nanoseconds{geometry_.patience}) return false;
    set_state(*found->second, EntryState::Evicted);
    tell(Event::What::Evicted, *found->second);
    std::erase_if(stalls_, [&](const auto& row) { return row.first.second == laggard; });
    reap();
    return true;
}

void Region::client_gone(std::string_view peer) {
    std::vector<std::uint64_t> gone;
    for (const auto& [id, attachment] : attachments_)
        if (attachment->owner().peer == peer && attachment->state() != EntryState::Departed)
            gone.push_back(id);
    for (const auto id : gone) end_attachment(id, Event::What::Died);
    if (!gone.empty()) reap();
}

// A publisher that published stays to be drained; everything else is gone at once.
void Region::end_attachment(std::uint64_t id, Event::What what) {
    auto& attachment = *attachments_.at(id);
    const bool active = attachment.state() == EntryState::Active;
    const bool told = active || attachment.state() == EntryState::Evicted;
    if (told) tell(what, attachment);
    std::erase_if(stalls_,
                  [&](const auto& row) { return row.first.first == id || row.first.second == id; });
    if (attachment.role() == Role::Publisher && active && attachment.stamp(1) != 0) {
        departed_.emplace(id, next_id_);
        attachment.set_state(EntryState::Departed);
        roster_.set_departed(attachment.entry(), attachment.word(), next_id_);
        wake_all();
        return;
    }
    forget(id);
}

// It leaves the roster before its descriptors leave the store: an entry without them would be a
// roster that does not check out.
void Region::forget(std::uint64_t id) {
    const auto gone = attachments_.extract(id);
    const auto entry = gone.mapped()->entry();
    departed_.erase(id);
    entries_[entry] = 0;
    roster_.set(entry, {});
    wake_all();
}

// Whether a subscriber that was there when this publisher left has yet to take something of it. Its
// head says nothing: it may have scribbled there before it died.
bool Region::still_wanted(const Attachment& publisher) const noexcept {
    const auto late = departed_.at(publisher.id());
    return std::ranges::any_of(attachments_ | std::views::values, [&](const auto& other) {
        return other->role() == Role::Subscriber && other->state() == EntryState::Active &&
               other->id() < late && has_more(publisher, *other);
    });
}

// Lets go of departed publishers that nobody needs, now or as history.
void Region::reap() {
    std::vector<std::uint64_t> done;
    for (const auto id : departed_ | std::views::keys)
        if (geometry_.history == 0 && !still_wanted(*attachments_.at(id))) done.push_back(id);
    for (const auto id : done) forget(id);
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
    auto bytes = std::uint64_t{roster_mapping_.size()};
    for (const auto& attachment : attachments_ | std::views::values) bytes += attachment->bytes();
    return bytes;
}

std::vector<bus::AttachmentInfo> Region::statistics() const {
    std::vector<bus::AttachmentInfo> rows;
    for (const auto& attachment : attachments_ | std::views::values) {
        if (attachment->state() == EntryState::Attached) continue;
        auto info = attachment->info();
        if (attachment->role() == Role::Subscriber)
            for (const auto& other : attachments_ | std::views::values) {
                if (other->role() != Role::Publisher) continue;
                const auto cursor = attachment->cursor(*other);
                const auto head = other->head();
                if (cursor != 0)
                    info.lanes.push_back({other->id(), head >= cursor ? head - cursor + 1 : 0});
            }
        rows.push_back(std::move(info));
    }
    return rows;
}

bus::RegionInfo Region::info() const {
    return {.name = plan_.name,
            .kind = plan_.kind,
            .type = plan_.options.type,
            .size = plan_.options.size,
            .publishers = count_active(Role::Publisher),
            .subscribers = count_active(Role::Subscriber),
            .bytes = bytes(),
            .owner = plan_.access.owner,
            .mode = plan_.access.mode};
}

}  // namespace shmbusd
