// One client's membership in a region, in any role: its segment, its waker, and what the daemon
// reads from it.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include <bus/region.hpp>

#include "abi/geometry.hpp"
#include "abi/layout.hpp"
#include "base/mapping.hpp"
#include "base/memfd.hpp"
#include "base/semaphore.hpp"
#include "base/unique_fd.hpp"
#include "daemon/access.hpp"
#include "daemon/charge.hpp"
#include "daemon/store.hpp"
#include "shm/waker.hpp"

namespace shmbusd {

enum class WakerKind { Semaphore, EventFd };

class Attachment {
public:
    struct Plan {
        std::uint64_t id = 0;
        bus::Role role{};
        std::uint32_t entry = 0;  // in the roster
        Credentials owner;
        WakerKind waker = WakerKind::Semaphore;
        std::string region;          // for messages
        std::string semaphore_name;  // unused with an eventfd
        Charge charge;               // for the segment
        std::uint64_t token = 0;     // chosen by the client; 0: none
        Store* store = nullptr;      // which keeps its descriptors, under the names of this region:
        std::uint64_t region_number = 0;
    };
    // What an earlier daemon left of one.
    struct Left {
        bus::abi::EntryState state{};
        bus::base::UniqueFd segment;
        bus::base::UniqueFd event;  // none with a semaphore
        std::set<uid_t> entitled;   // to the semaphore, besides its owner
    };

    // Makes and formats the segment and the waker. Throws: bus::Error OutOfMemory, SystemError.
    Attachment(Plan plan, const bus::abi::Geometry& geometry);
    // Takes up what was left, without dropping it from the store in the end before
    // keep_from_now_on(). Throws: bus::Error SystemError.
    Attachment(Plan plan, const bus::abi::Geometry& geometry, Left left);

    [[nodiscard]] std::uint64_t id() const noexcept { return plan_.id; }
    [[nodiscard]] bus::Role role() const noexcept { return plan_.role; }
    [[nodiscard]] std::uint32_t entry() const noexcept { return plan_.entry; }
    [[nodiscard]] const Credentials& owner() const noexcept { return plan_.owner; }
    [[nodiscard]] bus::abi::EntryState state() const noexcept { return state_; }
    [[nodiscard]] bus::abi::EntryWord word() const noexcept;
    [[nodiscard]] std::uint64_t bytes() const noexcept { return mapping_.size(); }
    [[nodiscard]] std::uint64_t token() const noexcept { return plan_.token; }

    // Writable until seal(), read-only afterwards; a client's exchange stays writable, for the
    // server that it is paired with, who seals it once it has mapped it.
    [[nodiscard]] int segment() const noexcept { return segment_.get(); }
    [[nodiscard]] const std::string& semaphore() const noexcept { return semaphore_.get(); }
    [[nodiscard]] int event() const noexcept { return waker_.fd(); }

    void keep_from_now_on(Store* store);
    // Seals the segment as its role asks. Throws: bus::Error SystemError.
    void seal();
    // How segments of this role are sealed at least once they are active.
    [[nodiscard]] static bus::base::Sealing sealing_of(bus::Role role) noexcept;
    void set_state(bus::abi::EntryState state) noexcept { state_ = state; }
    // Lets this user post the semaphore. Throws: bus::Error SystemError.
    void entitle(uid_t user);
    // Posts if its owner sleeps. It may find nothing and sleep on.
    void wake() noexcept;

    // Its owner left while no daemon was there to be told.
    [[nodiscard]] bool is_detached() const noexcept;

    // Its segment as the daemon sees it: memory that the client writes, never to be trusted.
    [[nodiscard]] const std::byte* memory() const noexcept { return mapping_.data(); }
    [[nodiscard]] const bus::abi::Geometry& geometry() const noexcept { return geometry_; }
    // Who it is and whether it sleeps; counters are left to the region.
    [[nodiscard]] bus::AttachmentInfo info() const;

private:
    void make_segment();
    void map_segment(std::uint64_t bytes);
    void make_waker();
    void take_up_waker(Left& left);
    void share_semaphore() const;
    [[nodiscard]] bool asleep() const noexcept;

    Plan plan_;
    bus::abi::Geometry geometry_;
    bus::abi::EntryState state_ = bus::abi::EntryState::Attached;
    bus::base::UniqueFd segment_;
    bus::base::Mapping mapping_;  // read-only
    bus::base::SemaphoreName semaphore_;
    std::set<uid_t> entitled_;
    bus::shm::Waker waker_;
    Kept segment_kept_;
    Kept event_kept_;
};

}  // namespace shmbusd
