#include <algorithm>
#include <cstring>
#include <utility>

#include <bus/error.hpp>
#include <bus/raw.hpp>

#include "base/fence.hpp"
#include "base/memfd.hpp"
#include "shm/format.hpp"
#include "src/raw_core.hpp"

namespace bus {
namespace {

using shm::Obtained;

constexpr std::chrono::milliseconds retry_pause{10};

void count(abi::Word& counter) noexcept {
    // relaxed: statistics, own stores
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

RawCore::RawCore(const Connection& connection, std::string_view name, Role role,
                 const RawAttachOptions& options)
    : role_{role},
      membership_{connection, name, {role, options.type, 0, options.waker}},
      lock_sleeper_{own().lock_sleep, membership_.geometry().fence},
      change_sleeper_{own().change_sleep, membership_.geometry().fence},
      spin_{options.spin},
      event_driven_{options.waker == Waker::EventFd} {
    open_bytes(Manner::Patient);
    writer_ = {lock_.data(), membership_.id()};
    reader_ = {lock_.data(), membership_.segment()};
    version_ = lock_header().version.load(std::memory_order_acquire);  // as in noticed()
    meet();
}

void RawCore::open_bytes(Manner manner) {
    const auto& name = membership_.name();
    auto reply = membership_.control().open_bytes(membership_.path(), membership_.id(), manner);
    const auto access = writes() ? base::Access::ReadWrite : base::Access::ReadOnly;
    if (!lock_) {
        constexpr auto page = abi::Geometry::page;
        base::admit_memfd(reply.lock.get(), page, base::Sealing::Size, name);
        base::Mapping lock{reply.lock.get(), page, access, base::Populate::Now, name};
        shm::admit_layout(lock.data(), abi::lock_magic, name + " (lock)");
        lock_ = std::move(lock);
    }
    base::admit_memfd(reply.segment.get(), reply.bytes, base::Sealing::Size, name);
    bytes_ = {reply.segment.get(), reply.bytes, access, base::Populate::Now, name};
    generation_ = reply.generation;
}

bool RawCore::refresh() noexcept {
    if (is_current()) return true;
    try {
        open_bytes(Manner::Brisk);
        return true;
    } catch (...) {
        return false;  // what is mapped stays
    }
}

void RawCore::grow(std::size_t bytes) {
    auto& control = membership_.control();
    const auto& name = membership_.name();
    const auto grown = control.grow(membership_.path(), membership_.id(), bytes);
    base::admit_memfd(grown.segment.get(), bytes, base::Sealing::Size, name);
    base::Mapping next{grown.segment.get(), bytes, base::Access::ReadWrite, base::Populate::Now,
                       name};
    std::memcpy(next.data(), bytes_.data(), bytes_.size());
    control.announce(membership_.path(), membership_.id(), grown.generation);
    bytes_ = std::move(next);
    generation_ = grown.generation;
}

// A writer that finds the lock free, nobody reading and nothing new has it at once. By seen_ every
// member's segment is open, see meet().
inline Obtained RawCore::lock(std::chrono::nanoseconds timeout) noexcept {
    if (!writes()) [[unlikely]]
        return lock_slowly(try_enter(), timeout);
    const auto got = writer_.try_obtain();
    const bool had = got == Obtained::Yes && met() && nobody_reads() && is_current();
    if (!had) [[unlikely]]
        return lock_slowly(got, timeout);
    count(own().locks);
    return got;
}

Obtained RawCore::lock_slowly(Obtained got, std::chrono::nanoseconds timeout) noexcept {
    if (got != Obtained::No && writes() && !readers_out()) {
        give_back(got);
        got = Obtained::No;
    }
    if (got == Obtained::No) [[unlikely]] {
        count(own().waits);
        got = await_word(deadline_after(timeout));
        keep_armed();
    }
    return got == Obtained::No ? got : admit(got);
}

// An event loop waits for a change by the same waker, and who notified has posted for this sleep
// and will not again: the wait for the lock may have taken that post.
void RawCore::keep_armed() noexcept {
    if (event_driven_ && change_sleeper_.asleep()) membership_.waker().post();
}

Obtained RawCore::try_lock() noexcept { return writes() ? writer_.try_obtain() : try_enter(); }

Obtained RawCore::try_enter() noexcept {
    using Seen = shm::ReaderLock::Seen;
    reader_.state();
    const auto seen = reader_.look();
    if (seen == Seen::Held) {
        give_back(Obtained::No);
        return Obtained::No;
    }
    return seen == Seen::Abandoned ? Obtained::Abandoned : Obtained::Yes;
}

// The word first, then, for a writer, until the readers that are in have left.
Obtained RawCore::await_word(SteadyTime deadline) noexcept {
    auto got = Obtained::No;
    const auto free = [this]() noexcept {
        return writes() ? writer_.is_free() : !reader_.wanted();
    };
    const auto taken = [&]() noexcept {
        if (free()) got = try_lock();
        return got != Obtained::No;
    };
    if (!await(lock_sleeper_, deadline, taken)) return Obtained::No;
    if (!writes() || await(lock_sleeper_, deadline, [this]() noexcept { return readers_out(); }))
        return got;
    give_back(got);
    return Obtained::No;
}

bool RawCore::readers_out() noexcept {
    if (!met()) [[unlikely]]
        meet();
    return complete_ && nobody_reads();
}

inline bool RawCore::nobody_reads() const noexcept {
    for (const auto* reader : readers_)
        if (shm::reads(*reader)) return false;
    return true;
}

Obtained RawCore::admit(Obtained got) noexcept {
    if (!refresh()) [[unlikely]] {
        give_back(got);
        return Obtained::No;
    }
    count(own().locks);
    return got;
}

void RawCore::give_back(Obtained got) noexcept {
    if (writes())
        writer_.withdraw(got);
    else
        reader_.leave();
    wake_for_lock();
}

void RawCore::unlock() noexcept {
    if (writes())
        writer_.release();
    else
        reader_.leave();
    wake_for_lock();
}

// After the word or the statement was given back. A reader that leaves wakes only who waits for it.
void RawCore::wake_for_lock() noexcept {
    base::light_fence(membership_.geometry().fence);
    if (!writes() && !reader_.wanted()) return;
    if (!met()) [[unlikely]]
        meet();
    for (auto& view : views_) view.wake_for_lock();
}

void RawCore::notify() noexcept {
    lock_header().version.fetch_add(1, std::memory_order_release);  // acquired in noticed()
    base::light_fence(membership_.geometry().fence);
    if (!met()) [[unlikely]]
        meet();
    for (auto& view : views_) view.wake_for_change();
}

bool RawCore::noticed() noexcept {
    const auto version =
        lock_header().version.load(std::memory_order_acquire);  // released in notify()
    return std::exchange(version_, version) != version;
}

bool RawCore::wait_for(std::chrono::nanoseconds timeout) noexcept {
    if (change_sleeper_.asleep()) membership_.waker().drain();
    bool found = false;
    const auto look = [&]() noexcept { return found = noticed(); };
    if (await(change_sleeper_, deadline_after(timeout), look)) return true;
    if (!event_driven_ || ended()) return false;
    membership_.waker().drain();
    change_sleeper_.lie_down();
    if (!noticed()) return false;
    change_sleeper_.get_up();
    return true;
}

// False when it is not ready by then, or the region has ended.
template <class Ready>
bool RawCore::await(shm::Sleeper& sleeper, SteadyTime deadline, Ready ready) noexcept {
    sleeper.get_up();
    const auto left = deadline - std::chrono::steady_clock::now();
    if (spin_for(std::min<std::chrono::nanoseconds>(left, spin_), ready)) return true;
    return sleep_until(sleeper, membership_.waker(), deadline, ready,
                       [this]() noexcept { return ended(); });
}

// Brings the peers up to the roster.
void RawCore::meet() noexcept {
    const auto now = std::chrono::steady_clock::now();
    if (now < retry_at_) return;
    const auto& roster = membership_.roster();
    const auto change = roster.change();
    if (roster.entry(membership_.entry()).id != membership_.id()) state_ = State::Departed;
    if (roster.removed()) state_ = State::Removed;
    std::vector<std::unique_ptr<Peer>> peers;
    complete_ = true;
    try {
        peers.reserve(roster.entries());
        for (std::uint32_t entry = 0; entry < roster.entries(); ++entry)
            complete_ = meet_one(roster.entry(entry), peers) && complete_;
    } catch (...) {
        complete_ = false;
    }
    peers_.swap(peers);
    complete_ = list_peers() && complete_;
    retry_at_ = complete_ ? SteadyTime{} : now + retry_pause;
    if (complete_) seen_ = change;
}

// False when it must be looked at again later.
bool RawCore::meet_one(abi::EntryWord word, std::vector<std::unique_ptr<Peer>>& peers) noexcept {
    const bool wanted = word.state == abi::EntryState::Active && word.id != membership_.id() &&
                        abi::meets(role_, abi::role_of(word.role));
    if (!wanted) return true;
    const auto known =
        std::ranges::find_if(peers_, [&](const auto& peer) { return peer && peer->id == word.id; });
    if (known != peers_.end()) {
        peers.push_back(std::move(*known));
        return true;
    }
    std::unique_ptr<Peer> peer{new (std::nothrow) Peer};
    if (!peer) return false;
    const auto opened =
        membership_.open_peer(word.id, membership_.geometry().segment_bytes(role_), peer->segment);
    if (opened != Membership::Opened::Yes) return opened == Membership::Opened::Gone;
    peer->id = word.id;
    peer->reads = word.role == abi::EntryRole::Reader;
    peers.push_back(std::move(peer));
    return true;
}

// False when memory is short: then nobody is known, and nobody let in until that is mended.
bool RawCore::list_peers() noexcept try {
    std::vector<const abi::RawMemberHeader*> readers;
    std::vector<shm::MemberView> views;
    for (const auto& peer : peers_) {
        if (peer->reads) readers.push_back(&peer->header());
        const auto known = std::ranges::find(views_, peer->id, &shm::MemberView::id);
        views.push_back(known != views_.end() ? *known
                                              : shm::MemberView{.header = &peer->header(),
                                                                .waker = &peer->segment.waker,
                                                                .id = peer->id});
    }
    readers_.swap(readers);
    views_.swap(views);
    return true;
} catch (...) {
    readers_.clear();  // some of them may have gone, with their segments
    views_.clear();
    return false;
}

bool RawCore::ended() noexcept { return state() != State::Active; }

State RawCore::state() noexcept {
    if (!met()) meet();
    return state_;
}

Region::Region(const Connection& connection, std::string_view name, Role role,
               const RawAttachOptions& options)
    : core_{std::make_unique<RawCore>(connection, name, role, options)} {}
Region::Region(const Connection& connection, std::string_view name, const RawOptions& region,
               const RawAttachOptions& options) {
    Connection own{connection};
    if (!own.contains(name)) try {
            own.create_raw(name, region);
        } catch (const Error& error) {
            if (error.errc() != Errc::RegionExists) throw;  // another was quicker
        }
    core_ = std::make_unique<RawCore>(connection, name, Role::Writer, options);
}
Region::Region(Region&&) noexcept = default;
Region& Region::operator=(Region&&) noexcept = default;
Region::~Region() = default;

std::span<const std::byte> Region::bytes() const noexcept { return core_->bytes(); }
std::span<std::byte> Region::writable_bytes() noexcept {
    return core_->writes() ? core_->bytes() : std::span<std::byte>{};
}
Region::Lock Region::lock() noexcept {
    const auto got = core_->lock(std::chrono::nanoseconds::max());
    return got == Obtained::No ? Lock{} : Lock{core_.get(), got == Obtained::Abandoned};
}
Region::Lock Region::try_lock_for(std::chrono::nanoseconds timeout) noexcept {
    const auto got = core_->lock(timeout);
    return got == Obtained::No ? Lock{} : Lock{core_.get(), got == Obtained::Abandoned};
}
void Region::Lock::give_back(RawCore* core) noexcept { core->unlock(); }
void Region::notify() noexcept { core_->notify(); }
bool Region::wait_for(std::chrono::nanoseconds timeout) noexcept {
    return core_->wait_for(timeout);
}
int Region::fd() const noexcept { return core_->fd(); }
void Region::grow(const Lock&, std::size_t bytes) { core_->grow(bytes); }
bool Region::refresh() noexcept { return core_->refresh(); }
std::uint64_t Region::generation() const noexcept { return core_->generation(); }
State Region::state() noexcept { return core_->state(); }
std::uint64_t Region::id() const noexcept { return core_->id(); }

}  // namespace bus
