#include "daemon/attachment.hpp"

#include <utility>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memfd.hpp"
#include "base/system_call.hpp"
#include "daemon/kept_name.hpp"
#include "shm/format.hpp"

namespace shmbusd {

using bus::abi::EntryRole;
using bus::abi::EntryState;

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
    const bool writable = state_ == EntryState::Attached;
    segment_ = writable ? std::move(left.segment)
                        : bus::base::reopen_read_only(left.segment.get(), plan_.region);
    const bool publisher = plan_.role == bus::Role::Publisher;
    map_segment(publisher ? geometry_.publisher_bytes() : geometry_.subscriber_bytes());
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
    const bool publisher = plan_.role == bus::Role::Publisher;
    const auto bytes = publisher ? geometry_.publisher_bytes() : geometry_.subscriber_bytes();
    segment_ = bus::base::make_memfd("shmbus:" + plan_.region, bytes);
    const bus::base::Mapping writable{segment_.get(), bytes, bus::base::Access::ReadWrite,
                                      bus::base::Populate::Lazily, plan_.region};
    if (publisher)
        bus::shm::format_publisher(writable.data(), geometry_, plan_.id);
    else
        bus::shm::format_subscriber(writable.data(), geometry_, plan_.id);
    map_segment(bytes);
}

void Attachment::map_segment(std::uint64_t bytes) {
    mapping_ = bus::base::Mapping{segment_.get(), bytes, bus::base::Access::ReadOnly,
                                  bus::base::Populate::Lazily, plan_.region};
}

void Attachment::make_waker() {
    if (plan_.waker == WakerKind::EventFd) {
        waker_ = bus::shm::Waker{bus::base::UniqueFd{
            bus::base::check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), plan_.region, "eventfd")}};
        return;
    }
    semaphore_ = bus::base::SemaphoreName{plan_.semaphore_name};
    waker_ = bus::shm::Waker{bus::base::Semaphore{plan_.semaphore_name}};
    entitle(plan_.owner.uid);
}

bus::abi::EntryWord Attachment::word() const noexcept {
    const auto role =
        plan_.role == bus::Role::Publisher ? EntryRole::Publisher : EntryRole::Subscriber;
    return {plan_.id, role, state_};
}

void Attachment::seal() {
    bus::base::seal_future_writes(segment_.get(), plan_.region);
    segment_ = bus::base::reopen_read_only(segment_.get(), plan_.region);
    state_ = EntryState::Active;
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

void Attachment::wake() noexcept {
    const auto& sleep = plan_.role == bus::Role::Publisher
                            ? header<bus::abi::PublisherHeader>().sleep
                            : header<bus::abi::SubscriberHeader>().sleep;
    if ((sleep.epoch.load(std::memory_order_relaxed) & 1) != 0) waker_.post();  // relaxed: a hint
}

std::uint64_t Attachment::head() const noexcept {
    return header<bus::abi::PublisherHeader>().head.load(std::memory_order_acquire);
}

std::uint64_t Attachment::floor() const noexcept {
    return header<bus::abi::PublisherHeader>().floor.load(std::memory_order_acquire);
}

const bus::abi::LaneHead& Attachment::lane(std::uint32_t index) const noexcept {
    return *reinterpret_cast<const bus::abi::LaneHead*>(
        mapping_.data() + sizeof(bus::abi::SubscriberHeader) + index * geometry_.lane_bytes());
}

std::uint64_t Attachment::cursor(const Attachment& publisher) const noexcept {
    const auto& head = lane(publisher.entry());
    if (head.publisher.load(std::memory_order_acquire) != publisher.id()) return 0;
    return head.cursor.load(std::memory_order_acquire);
}

std::uint64_t Attachment::stamp(std::uint64_t sequence) const noexcept {
    if (sequence == 0) return 0;
    const auto* payload = mapping_.data() + geometry_.payload_offset(sequence);
    const auto* slot =
        reinterpret_cast<const bus::abi::SlotHeader*>(payload - sizeof(bus::abi::SlotHeader));
    return slot->stamp.load(std::memory_order_acquire);
}

bus::AttachmentInfo Attachment::info() const {
    bus::AttachmentInfo info;
    info.id = plan_.id;
    info.role = plan_.role;
    info.state = state_ == EntryState::Departed  ? bus::State::Departed
                 : state_ == EntryState::Evicted ? bus::State::Evicted
                                                 : bus::State::Active;
    info.pid = plan_.owner.pid;
    info.uid = plan_.owner.uid;
    info.peer = plan_.owner.peer;
    info.memory = bytes();
    if (plan_.role == bus::Role::Publisher)
        count_publisher(info);
    else
        count_subscriber(info);
    return info;
}

// relaxed loads below: statistics of a running peer, each right by itself
void Attachment::count_publisher(bus::AttachmentInfo& info) const noexcept {
    const auto& own = header<bus::abi::PublisherHeader>();
    const auto skips = own.skips.load(std::memory_order_relaxed);
    const auto published = head();
    info.samples = published >= skips ? published - skips : 0;
    info.bytes = info.samples * geometry_.size - own.unused.load(std::memory_order_relaxed);
    info.stalls = own.stalls.load(std::memory_order_relaxed);
    info.asleep = (own.sleep.epoch.load(std::memory_order_relaxed) & 1) != 0;
}

void Attachment::count_subscriber(bus::AttachmentInfo& info) const noexcept {
    const auto& own = header<bus::abi::SubscriberHeader>();
    info.asleep = (own.sleep.epoch.load(std::memory_order_relaxed) & 1) != 0;
    for (std::uint32_t index = 0; index < geometry_.lanes(); ++index) {
        const auto& head = lane(index);
        const auto taken = bus::abi::taken(head);
        info.samples += taken;
        info.bytes += taken * geometry_.size - head.unused.load(std::memory_order_relaxed);
        info.missed += head.missed.load(std::memory_order_relaxed);
        const auto* holds = reinterpret_cast<const bus::abi::Word*>(&head + 1);
        for (std::uint32_t hold = 0; hold < geometry_.holds; ++hold)
            info.holds += holds[hold].load(std::memory_order_relaxed) != 0;
    }
}

}  // namespace shmbusd
