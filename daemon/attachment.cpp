#include "daemon/attachment.hpp"

#include <utility>
#include <vector>

#include <unistd.h>

#include "abi/roles.hpp"
#include "base/event.hpp"
#include "base/memfd.hpp"
#include "daemon/kept_name.hpp"
#include "shm/format.hpp"

namespace shmbusd {

using bus::abi::EntryState;

namespace {

// Whether the owner's peer writes the segment too.
bool is_shared(bus::Role role) noexcept { return role == bus::Role::Client; }

bus::State state_in_words(EntryState state) noexcept {
    switch (state) {
        case EntryState::Departed:
            return bus::State::Departed;
        case EntryState::Evicted:
            return bus::State::Evicted;
        case EntryState::Standby:
            return bus::State::Standby;
        default:
            return bus::State::Active;
    }
}

}  // namespace

Attachment::Attachment(Plan plan, const bus::abi::Geometry& geometry)
    : plan_{std::move(plan)}, geometry_{geometry} {
    make_segment();
    make_waker();
    segment_kept_ = {plan_.store, segment_name(plan_.region_number, plan_.id), segment_.get()};
    if (plan_.waker == WakerKind::EventFd)
        event_kept_ = {plan_.store, event_name(plan_.region_number, plan_.id), waker_.fd()};
}

Attachment::Attachment(Plan plan, const bus::abi::Geometry& geometry, Left left)
    : plan_{std::move(plan)}, geometry_{geometry}, state_{left.state} {
    const bool writable = state_ == EntryState::Attached || is_shared(plan_.role);
    segment_ = writable ? std::move(left.segment)
                        : bus::base::reopen_read_only(left.segment.get(), plan_.region);
    map_segment(geometry_.segment_bytes(plan_.role));
    take_up_waker(left);
}

void Attachment::keep_from_now_on(Store* store) {
    segment_kept_ = {store, segment_name(plan_.region_number, plan_.id)};
    if (plan_.waker == WakerKind::EventFd)
        event_kept_ = {store, event_name(plan_.region_number, plan_.id)};
}

void Attachment::take_up_waker(Left& left) {
    if (plan_.waker == WakerKind::EventFd) {
        waker_ = bus::shm::Waker{std::move(left.event)};
        return;
    }
    semaphore_ = bus::base::SemaphoreName::take_over(plan_.semaphore_name);
    waker_ = bus::shm::Waker{bus::base::Semaphore{plan_.semaphore_name}};
    entitled_ = std::move(left.entitled);
    entitled_.insert(plan_.owner.uid);
    entitled_.erase(::geteuid());
    share_semaphore();
}

void Attachment::make_segment() {
    const auto bytes = geometry_.segment_bytes(plan_.role);
    segment_ = bus::base::make_memfd("shmbus:" + plan_.region, bytes);
    const bus::base::Mapping writable{segment_.get(), bytes, bus::base::Access::ReadWrite,
                                      bus::base::Populate::Lazily, plan_.region};
    bus::shm::format_segment(plan_.role, writable.data(), geometry_, plan_.id);
    map_segment(bytes);
}

void Attachment::map_segment(std::uint64_t bytes) {
    mapping_ = bus::base::Mapping{segment_.get(), bytes, bus::base::Access::ReadOnly,
                                  bus::base::Populate::Lazily, plan_.region};
}

void Attachment::make_waker() {
    if (plan_.waker == WakerKind::EventFd) {
        waker_ = bus::shm::Waker{bus::base::make_event(plan_.region)};
        return;
    }
    semaphore_ = bus::base::SemaphoreName{plan_.semaphore_name};
    waker_ = bus::shm::Waker{bus::base::Semaphore{plan_.semaphore_name}};
    entitle(plan_.owner.uid);
}

bus::abi::EntryWord Attachment::word() const noexcept {
    return {plan_.id, bus::abi::entry_role(plan_.role), state_};
}

bus::base::Sealing Attachment::sealing_of(bus::Role role) noexcept {
    return is_shared(role) ? bus::base::Sealing::Size : bus::base::Sealing::FutureWrites;
}

void Attachment::seal() {
    if (is_shared(plan_.role)) return;
    bus::base::seal_future_writes(segment_.get(), plan_.region);
    segment_ = bus::base::reopen_read_only(segment_.get(), plan_.region);
}

void Attachment::entitle(uid_t user) {
    // The daemon's own uid owns the semaphore and needs no entry.
    if (semaphore_.get().empty() || user == ::geteuid() || !entitled_.insert(user).second) return;
    share_semaphore();
}

void Attachment::share_semaphore() const {
    const std::vector<uid_t> users{entitled_.begin(), entitled_.end()};
    semaphore_.entitle(users);
}

bool Attachment::asleep() const noexcept { return bus::shm::asleep_in(plan_.role, memory()); }

bool Attachment::is_detached() const noexcept { return bus::shm::is_detached(memory()); }

void Attachment::wake() noexcept {
    if (asleep()) waker_.post();
}

bus::AttachmentInfo Attachment::info() const {
    bus::AttachmentInfo info;
    info.id = plan_.id;
    info.role = plan_.role;
    info.state = state_in_words(state_);
    info.pid = plan_.owner.pid;
    info.uid = plan_.owner.uid;
    info.peer = plan_.owner.peer;
    info.asleep = asleep();
    info.memory = bytes();
    return info;
}

}  // namespace shmbusd
