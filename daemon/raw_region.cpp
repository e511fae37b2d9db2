#include "daemon/raw_region.hpp"

#include <utility>

#include <bus/error.hpp>

#include "abi/raw_layout.hpp"
#include "abi/roles.hpp"
#include "base/memfd.hpp"
#include "daemon/kept_name.hpp"
#include "shm/format.hpp"
#include "shm/region_lock.hpp"

namespace shmbusd {

using bus::Errc;
using bus::Error;
using bus::abi::Geometry;

RawRegion::RawRegion(RegionPlan made_of, Quotas& quotas, Announce announce)
    : Region{std::move(made_of), quotas, std::move(announce)},
      lock_writable_{bus::base::make_memfd("shmbus-lock:" + name(), Geometry::page)} {
    map_lock();
    bus::shm::format_lock(lock_.data());
    lock_kept_ = {plan().store, lock_name(plan().number), lock_writable_.get()};
    settle(make_bytes(next_generation_++, geometry().size));
}

RawRegion::RawRegion(RegionPlan made_of, const Survivor& survivor, Quotas& quotas,
                     Announce announce)
    : Region{std::move(made_of), survivor, quotas, std::move(announce)} {}

void RawRegion::recall_shared(Survivor& survivor) {
    lock_writable_ = std::move(survivor.lock);
    map_lock();
    auto readable = bus::base::reopen_read_only(survivor.bytes.get(), name());
    bytes_ = {survivor.generation, survivor.size, std::move(survivor.bytes), std::move(readable)};
    next_generation_ = survivor.generation + 1;
    charge_again();
}

void RawRegion::keep_from_now_on() {
    lock_kept_ = {plan().store, lock_name(plan().number)};
    bytes_kept_ = {plan().store, bytes_name(plan().number, bytes_.generation)};
}

void RawRegion::map_lock() {
    lock_readable_ = bus::base::reopen_read_only(lock_writable_.get(), name());
    lock_ = {lock_writable_.get(), Geometry::page, bus::base::Access::ReadWrite,
             bus::base::Populate::Lazily, name()};
}

RawRegion::Bytes RawRegion::make_bytes(std::uint64_t generation, std::uint64_t size) const {
    auto writable = bus::base::make_memfd("shmbus-bytes:" + name(), size);
    auto readable = bus::base::reopen_read_only(writable.get(), name());
    return {generation, size, std::move(writable), std::move(readable)};
}

// They are in the store before the roster names them, and the earlier ones until it does.
void RawRegion::settle(Bytes bytes) {
    Kept kept{plan().store, bytes_name(plan().number, bytes.generation), bytes.writable.get()};
    bytes_ = std::move(bytes);
    roster_writer().set_generation(bytes_.generation, bytes_.size);
    bytes_kept_ = std::move(kept);
}

const Attachment& RawRegion::find_writer(std::uint64_t id, std::string_view peer) {
    const auto& attachment = find(id, peer);
    if (attachment.role() != bus::Role::Writer)
        throw Error{Errc::AccessDenied, name() + ": attachment " + std::to_string(id) +
                                            " is a reader's, whose region does not grow"};
    return attachment;
}

SharedBytes RawRegion::open_bytes(std::uint64_t id, std::string_view peer) {
    const bool writes = find(id, peer).role() == bus::Role::Writer;
    return {.generation = bytes_.generation,
            .bytes = bytes_.size,
            .lock = (writes ? lock_writable_ : lock_readable_).get(),
            .segment = (writes ? bytes_.writable : bytes_.readable).get()};
}

// One growth at a time: whoever holds the lock makes it, so one that is left is nobody's any more.
SharedBytes RawRegion::grow(std::uint64_t id, std::string_view peer, std::uint64_t bytes) {
    const auto& writer = find_writer(id, peer);
    if (bytes <= bytes_.size || bytes > plan().largest)
        throw Error{Errc::InvalidArgument,
                    name() + ": bytes: " + std::to_string(bytes) + " is not between " +
                        std::to_string(bytes_.size + 1) + " and " + std::to_string(plan().largest)};
    growth_.reset();
    auto charge = quotas().charge(access().owner, {.bytes = bytes});
    growth_ = Growth{.writer = writer.id(),
                     .bytes = make_bytes(next_generation_++, bytes),
                     .charge = std::move(charge)};
    return {.generation = growth_->bytes.generation,
            .bytes = bytes,
            .segment = growth_->bytes.writable.get()};
}

// The same again is no mistake: the answer may have been lost with the daemon that gave it.
void RawRegion::announce_bytes(std::uint64_t id, std::string_view peer, std::uint64_t generation) {
    const auto& writer = find_writer(id, peer);
    if (generation == bytes_.generation) return;
    if (!growth_ || growth_->writer != writer.id() || growth_->bytes.generation != generation)
        throw Error{Errc::InvalidArgument, name() + ": generation: " + std::to_string(generation) +
                                               " is not what attachment " + std::to_string(id) +
                                               " grows to"};
    if (bus::shm::lock_holder(lock_.data()) != id)
        throw Error{Errc::AccessDenied,
                    name() + ": attachment " + std::to_string(id) + " does not hold the lock"};
    settle(std::move(growth_->bytes));
    growth_.reset();
    charge_again();
    wake_all();
}

void RawRegion::part(Attachment& attachment) {
    bus::shm::abandon_lock(lock_.data(), attachment.id());
    if (growth_ && growth_->writer == attachment.id()) growth_.reset();
    Region::part(attachment);
}

// A number in the lock that is nobody's was scribbled there, or is of one that left in an earlier
// daemon's time.
void RawRegion::reap() {
    const auto holder = bus::shm::lock_holder(lock_.data());
    if (holder == 0 || attachments_by_id().contains(holder)) return;
    if (bus::shm::abandon_lock(lock_.data(), holder)) wake_all();
}

void RawRegion::count(const Attachment& attachment, bus::AttachmentInfo& info) const {
    const auto& own = *reinterpret_cast<const bus::abi::RawMemberHeader*>(attachment.memory());
    // relaxed: statistics of a running peer, each right by itself
    info.locks = own.locks.load(std::memory_order_relaxed);
    info.waits = own.waits.load(std::memory_order_relaxed);
    info.waiting = (own.lock_sleep.epoch.load(std::memory_order_relaxed) & 1) != 0;
    info.holding = attachment.role() == bus::Role::Writer
                       ? bus::shm::lock_holder(lock_.data()) == attachment.id()
                       : own.reading.load(std::memory_order_relaxed) != 0;
}

std::uint64_t RawRegion::own_bytes() const noexcept {
    return geometry().roster_bytes() + lock_.size() + bytes_.size +
           (growth_ ? growth_->bytes.size : 0);
}

}  // namespace shmbusd
