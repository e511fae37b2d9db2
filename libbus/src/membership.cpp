#include "src/membership.hpp"

#include <algorithm>
#include <utility>

#include <bus/error.hpp>

#include "abi/roles.hpp"
#include "base/fence.hpp"
#include "base/memfd.hpp"
#include "shm/format.hpp"

namespace bus {
namespace {

base::Mapping map_peer(int segment, std::size_t bytes, base::Access access,
                       const std::string& label) {
    const bool shared = access == base::Access::ReadWrite;
    base::admit_memfd(segment, bytes, shared ? base::Sealing::Size : base::Sealing::FutureWrites,
                      label);
    base::Mapping mapping{segment, bytes, access, base::Populate::Now, label};
    if (shared) base::seal_future_writes(segment, label);
    return mapping;
}

shm::Waker make_waker(Handles& handles) {
    if (handles.event) return shm::Waker{std::move(handles.event)};
    return shm::Waker{base::Semaphore{handles.semaphore}};
}

}  // namespace

Membership::Membership(const Connection& connection, std::string_view name,
                       const AttachRequest& request)
    : control_{connection.core()}, name_{name}, path_{control_->find_region(name_)} {
    auto reply = control_->attach(path_, name_, request);
    id_ = reply.attachment;
    geometry_ = reply.geometry;
    try {
        if (geometry_.fence == Fence::Asymmetric) base::register_membarrier(name_);
        base::admit_memfd(reply.roster.get(), geometry_.roster_bytes(), base::Sealing::Size, name_);
        roster_mapping_ = base::Mapping{reply.roster.get(), geometry_.roster_bytes(),
                                        base::Access::ReadOnly, base::Populate::Now, name_};
        shm::admit_layout(roster_mapping_.data(), abi::roster_magic, name_ + " (roster)");
        roster_ = shm::RosterReader{roster_mapping_.data(), geometry_};
        const auto bytes = geometry_.segment_bytes(request.role);
        base::admit_memfd(reply.handles.segment.get(), bytes, base::Sealing::Size, name_);
        segment_ = base::Mapping{reply.handles.segment.get(), bytes, base::Access::ReadWrite,
                                 base::Populate::Now, name_};
        waker_ = make_waker(reply.handles);
        control_->activate(path_, id_);
        find_entry();
        note_peers(request.role);
    } catch (...) {
        leave();
        throw;
    }
}

void Membership::find_entry() {
    while (entry_ < roster_.entries() && roster_.entry(entry_).id != id_) ++entry_;
    if (entry_ == roster_.entries())
        throw Error{Errc::NoSuchAttachment,
                    name_ + ": the attachment ended while it was being made"};
}

void Membership::note_peers(Role own) {
    for (std::uint32_t entry = 0; entry < roster_.entries(); ++entry)
        if (const auto word = roster_.entry(entry);
            word.id != id_ && word.role != abi::EntryRole::None &&
            abi::meets(own, abi::role_of(word.role)) &&
            (word.state == abi::EntryState::Active || word.state == abi::EntryState::Departed))
            there_before_.push_back(word.id);
}

std::optional<Manner> Membership::manner_for(std::uint64_t peer) {
    if (std::erase(there_before_, peer) != 0) return Manner::Patient;
    if (std::chrono::steady_clock::now() < quiet_until_) return std::nullopt;
    return Manner::Brisk;
}

// Each call that is not answered in time costs the data path that time: they become seldom.
void Membership::leave_in_peace(Manner manner, Errc code) noexcept {
    constexpr std::chrono::milliseconds first{100};
    constexpr std::chrono::milliseconds longest{2000};
    if (manner != Manner::Brisk || code != Errc::TimedOut) return;
    quiet_ = std::clamp(2 * quiet_, first, longest);
    quiet_until_ = std::chrono::steady_clock::now() + quiet_;
}

Membership::~Membership() { leave(); }

// The next daemon looks for what is stated once it has its name. One that had it by then is asked
// another time, so that none misses both. What a child of ours lost in fork() is not written to:
// there the bus refuses the call.
bool Membership::leave() noexcept {
    if (left_) return true;
    try {
        left_ = control_->detach(path_, id_);
        if (left_ || !segment_) return left_;
        shm::state_detached(segment_.data());
        left_ = control_->detach(path_, id_);
    } catch (const Error& error) {
        // The daemon may have ended the attachment itself, or the region.
        left_ = error.errc() == Errc::NoSuchAttachment || error.errc() == Errc::NoSuchRegion;
        // It hangs: it may never come to what was asked.
        if (error.errc() == Errc::TimedOut && segment_) shm::state_detached(segment_.data());
    } catch (...) {
        return false;
    }
    return left_;
}

Membership::Opened Membership::open_peer(std::uint64_t peer, std::size_t bytes, PeerSegment& opened,
                                         base::Access access) noexcept {
    const auto manner = manner_for(peer);
    if (!manner) return Opened::NotNow;
    try {
        auto handles = control_->open_peer(path_, id_, peer, *manner);
        quiet_ = {};
        const auto label = name_ + " (attachment " + std::to_string(peer) + ")";
        opened.mapping = map_peer(handles.segment.get(), bytes, access, label);
        opened.waker = make_waker(handles);
        return Opened::Yes;
    } catch (const Error& error) {
        const auto code = error.errc();
        leave_in_peace(*manner, code);
        const bool away =
            code == Errc::NoDaemon || code == Errc::TimedOut || code == Errc::OutOfMemory;
        return away ? Opened::NotNow : Opened::Gone;
    } catch (...) {
        return Opened::NotNow;
    }
}

bool Membership::report_stall(std::uint64_t laggard) noexcept {
    try {
        return control_->report_stall(path_, id_, laggard);
    } catch (...) {
        return false;  // nobody to ask: the stall goes on
    }
}

}  // namespace bus
