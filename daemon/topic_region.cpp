#include "daemon/topic_region.hpp"

#include <algorithm>
#include <ranges>
#include <string>
#include <vector>

#include <bus/error.hpp>

#include "daemon/topic_segments.hpp"

namespace shmbusd {

using bus::Errc;
using bus::Error;
using bus::Event;
using bus::Role;
using bus::abi::EntryState;

void TopicRegion::recall(const Survivor::Member& member) {
    if (member.left.state == EntryState::Departed) departed_.emplace(member.plan.id, member.late);
}

// Publishers have twice as many entries as may be active: the others keep departed ones.
std::uint32_t TopicRegion::find_entry(Role role) {
    check_room(role);
    const bool publisher = role == Role::Publisher;
    const auto from = publisher ? 0 : geometry().lanes();
    const auto to = publisher ? geometry().lanes() : geometry().entries();
    if (free_entry(from, to) == to) free_departed();
    const auto entry = free_entry(from, to);
    if (entry == to)
        throw Error{Errc::LimitsExceeded,
                    name() + ": " + std::to_string(departed_.size()) +
                        " departed publishers have samples that subscribers have yet to take"};
    return entry;
}

bool TopicRegion::is_open(const Attachment&, const Attachment& peer) const {
    return peer.state() == EntryState::Active || peer.state() == EntryState::Departed;
}

// A publisher that published stays to be drained; everything else is gone at once.
void TopicRegion::part(Attachment& attachment) {
    const auto id = attachment.id();
    std::erase_if(stalls_,
                  [&](const auto& row) { return row.first.first == id || row.first.second == id; });
    const bool publisher = attachment.role() == Role::Publisher;
    if (!publisher || attachment.state() != EntryState::Active || stamp_of(attachment, 1) == 0)
        return let_go(id);
    departed_.emplace(id, next_id());
    attachment.set_state(EntryState::Departed);
    roster_writer().set_departed(attachment.entry(), attachment.word(), next_id());
    wake_all();
}

void TopicRegion::let_go(std::uint64_t id) {
    departed_.erase(id);
    forget(id);
}

// The subscriber has something of this publisher's to take, by what it sees itself: the stamp where
// its cursor stands. Where that is ahead and the floor confirms it, there is: an honest subscriber
// goes on at the floor, so a cursor that stays below it is a lie.
bool TopicRegion::has_more(const Attachment& publisher,
                           const Attachment& subscriber) const noexcept {
    const auto cursor = std::max<std::uint64_t>(cursor_of(subscriber, publisher), 1);
    const auto floor = floor_of(publisher);
    const auto stamp = stamp_of(publisher, cursor) & ~bus::abi::skipped_bit;
    return stamp == cursor || (stamp > cursor && floor > cursor);
}

// There is something to take, and the ring cannot go on without it. Without the look at the stamp,
// a publisher could have subscribers evicted that see nothing. One that shows samples at each look
// and hides them in between still can: between its word and the subscriber's nobody can tell who
// lies.
bool TopicRegion::keeps_waiting(const Attachment& publisher,
                                const Attachment& subscriber) const noexcept {
    if (!has_more(publisher, subscriber)) return false;
    const auto cursor = std::max<std::uint64_t>(cursor_of(subscriber, publisher), 1);
    const auto floor = floor_of(publisher);
    const auto oldest = std::max(cursor, floor);
    const auto head = head_of(publisher);
    return head >= oldest && head - oldest + 1 >= geometry().slots;
}

bool TopicRegion::report_stall(std::uint64_t id, std::uint64_t laggard, std::string_view peer,
                               Time now) {
    const auto& publisher = find(id, peer);
    const auto found = attachments_by_id().find(laggard);
    if (found == attachments_by_id().end() || found->second->state() != EntryState::Active ||
        found->second->role() != Role::Subscriber || publisher.role() != Role::Publisher ||
        publisher.state() != EntryState::Active)
        throw Error{Errc::NoSuchAttachment, name() + ": attachment " + std::to_string(id) +
                                                " waits for no subscriber " +
                                                std::to_string(laggard)};
    const auto key = std::pair{id, laggard};
    if (geometry().patience == 0 || !keeps_waiting(publisher, *found->second)) {
        stalls_.erase(key);
        return false;
    }
    const auto cursor = cursor_of(*found->second, publisher);
    auto [stall, begins] = stalls_.try_emplace(key, Stall{cursor, now});
    // Only a move forwards is progress; to and fro would put the end off for ever.
    if (stall->second.cursor < cursor) {
        stall->second = {cursor, now};
        begins = true;
    }
    // The publisher may have kept its post to itself: nobody is put out for sleeping on.
    if (begins) found->second->wake();
    if (now - stall->second.since < std::chrono::nanoseconds{geometry().patience}) return false;
    set_state(*found->second, EntryState::Evicted);
    tell(Event::What::Evicted, *found->second);
    std::erase_if(stalls_, [&](const auto& row) { return row.first.second == laggard; });
    reap();
    return true;
}

// Whether a subscriber that was there when this publisher left has yet to take something of it. Its
// head says nothing: it may have scribbled there before it died.
bool TopicRegion::still_wanted(const Attachment& publisher) const noexcept {
    const auto late = departed_.at(publisher.id());
    return std::ranges::any_of(attachments_by_id() | std::views::values, [&](const auto& other) {
        return other->role() == Role::Subscriber && other->state() == EntryState::Active &&
               other->id() < late && has_more(publisher, *other);
    });
}

// Lets go of departed publishers that nobody needs, now or as history.
void TopicRegion::reap() {
    std::vector<std::uint64_t> done;
    for (const auto id : departed_ | std::views::keys)
        if (geometry().history == 0 && !still_wanted(*attachments_by_id().at(id)))
            done.push_back(id);
    for (const auto id : done) let_go(id);
}

// Makes room among the departed: the oldest that nobody waits for; in a topic that overwrites, the
// oldest.
void TopicRegion::free_departed() {
    for (const auto id : departed_ | std::views::keys) {
        if (still_wanted(*attachments_by_id().at(id)) &&
            geometry().overflow == bus::Overflow::Block)
            continue;
        let_go(id);
        return;
    }
}

void TopicRegion::count(const Attachment& attachment, bus::AttachmentInfo& info) const {
    if (attachment.role() == Role::Publisher) return count_publisher(attachment, info);
    count_subscriber(attachment, info);
    for (const auto& other : attachments_by_id() | std::views::values) {
        if (other->role() != Role::Publisher) continue;
        const auto cursor = cursor_of(attachment, *other);
        const auto head = head_of(*other);
        if (cursor != 0)
            info.lanes.push_back({other->id(), head >= cursor ? head - cursor + 1 : 0});
    }
}

}  // namespace shmbusd
