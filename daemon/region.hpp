// A region of any kind: its roster, its attachments, and every change of who is in it. What a kind
// adds or changes stands in a class of its own below this one.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <bus/region.hpp>

#include "abi/geometry.hpp"
#include "abi/shape.hpp"
#include "base/mapping.hpp"
#include "base/unique_fd.hpp"
#include "daemon/access.hpp"
#include "daemon/attachment.hpp"
#include "daemon/quota.hpp"
#include "daemon/survivor.hpp"
#include "shm/roster.hpp"

namespace shmbusd {

using Time = std::chrono::steady_clock::time_point;

// Whether a quota can be in the way of an administrator's word: it is counted all the same.
enum class Billing { WithinQuota, Always };

// What a region is made from.
struct RegionPlan {
    std::string name;
    std::uint64_t number = 0;  // unique within the daemon
    bus::abi::Shape shape;
    AccessRule access;
    std::uint64_t largest = 0;     // bytes a segment may have
    std::string semaphore_prefix;  // of all its semaphores' names
    std::string bus_id;            // of the bus that its clients are on
    Store* store = nullptr;        // which keeps its descriptors
    Billing billing = Billing::WithinQuota;
};

// How a client asks to join.
struct JoinRequest {
    bus::Role role{};
    std::string type;
    std::uint64_t size = 0;
    WakerKind waker = WakerKind::Semaphore;
    std::uint64_t token = 0;  // by which a repeated request is known; 0: by nothing
    bool standby = false;     // a server: it waits where another one serves
};

// What the attachments of a raw region share, as one of them may map it. The descriptors are the
// region's; `lock` is -1 where it is not asked for.
struct SharedBytes {
    std::uint64_t generation = 0;
    std::uint64_t bytes = 0;
    int lock = -1;
    int segment = -1;
};

class Region {
public:
    // What happened, and to whose attachment.
    using Announce = std::function<void(const bus::Event&, const Credentials&)>;

    // The roster is charged to the owner, a segment to its client; `quotas` outlives the region.
    // Throws: bus::Error InvalidArgument, LimitsExceeded, OutOfMemory.
    Region(RegionPlan plan, Quotas& quotas, Announce announce);
    // Over the roster that an earlier daemon left; take_up() next.
    Region(RegionPlan plan, const Survivor& survivor, Quotas& quotas, Announce announce);
    Region(const Region&) = delete;
    Region& operator=(const Region&) = delete;
    virtual ~Region() = default;

    // Takes up the attachments that the earlier daemon left. Throws: bus::Error SystemError.
    void take_up(Survivor survivor);

    // Joins `caller`; the attachment takes part after activate(). Throws: bus::Error KindMismatch,
    // TypeMismatch, AccessDenied, LimitsExceeded, OutOfMemory.
    [[nodiscard]] const Attachment& attach(const JoinRequest& request, const Credentials& caller);
    // Throws: bus::Error NoSuchAttachment, also for one that is another client's.
    void activate(std::uint64_t id, std::string_view peer);
    void detach(std::uint64_t id, std::string_view peer);
    // The peer's attachment, which `caller` may map and post. Throws: bus::Error NoSuchAttachment.
    [[nodiscard]] const Attachment& open_peer(std::uint64_t id, std::uint64_t peer_id,
                                              const Credentials& caller);
    // True when the laggard has kept this publisher waiting for the region's patience, and is put
    // out. Throws: bus::Error NoSuchAttachment, KindMismatch where nobody publishes.
    [[nodiscard]] virtual bool report_stall(std::uint64_t id, std::uint64_t laggard,
                                            std::string_view peer, Time now);
    // Raw, and KindMismatch otherwise: the lock and the bytes as `id` may map them; more bytes,
    // which nobody knows of yet; and the announcement that they are the region's. Throws:
    // bus::Error NoSuchAttachment; grow() also AccessDenied, InvalidArgument, LimitsExceeded,
    // OutOfMemory.
    [[nodiscard]] virtual SharedBytes open_bytes(std::uint64_t id, std::string_view peer);
    [[nodiscard]] virtual SharedBytes grow(std::uint64_t id, std::string_view peer,
                                           std::uint64_t bytes);
    virtual void announce_bytes(std::uint64_t id, std::string_view peer, std::uint64_t generation);
    // Holds for those who join from now on. Throws: bus::Error LimitsExceeded when a new owner has
    // no room for one more region.
    void set_access(const AccessRule& rule, Billing billing);
    // Ends what a client had here that left the bus.
    void client_gone(std::string_view peer);
    // Ends what clients left that found no daemon to tell.
    void end_detached();
    // Ends the region for everyone in it.
    void end();
    // Goes on after a restart: everyone looks again, for what an earlier daemon did and was not
    // there to say.
    void resume() noexcept;
    // Its clients are on another bus now than they were: all have gone.
    void move_to_bus(const std::string& bus_id);

    [[nodiscard]] const std::string& name() const noexcept { return plan_.name; }
    [[nodiscard]] bus::Kind kind() const noexcept { return plan_.shape.kind; }
    [[nodiscard]] const AccessRule& access() const noexcept { return plan_.access; }
    [[nodiscard]] const bus::abi::Shape& shape() const noexcept { return plan_.shape; }
    [[nodiscard]] const bus::abi::Geometry& geometry() const noexcept { return geometry_; }
    [[nodiscard]] int roster() const noexcept { return roster_handle_.get(); }
    [[nodiscard]] std::uint32_t count_active(bus::Role role) const noexcept;
    [[nodiscard]] std::uint64_t bytes() const noexcept;
    // The largest payload; of a raw region all bytes that it has now.
    [[nodiscard]] virtual std::uint64_t size() const noexcept { return geometry_.size; }
    // How often a raw region's bytes have become others, from 1; otherwise 0.
    [[nodiscard]] virtual std::uint64_t generation() const noexcept { return 0; }
    [[nodiscard]] std::size_t attachments() const noexcept { return attachments_.size(); }
    [[nodiscard]] std::vector<const Attachment*> members() const;
    [[nodiscard]] std::vector<bus::AttachmentInfo> statistics() const;
    [[nodiscard]] bus::RegionInfo info() const;
    // Bytes that one more attachment in this role takes.
    [[nodiscard]] std::uint64_t bytes_of(bus::Role role) const noexcept {
        return geometry_.segment_bytes(role);
    }

protected:
    using Attachments = std::map<std::uint64_t, std::unique_ptr<Attachment>>;

    // What a kind decides. What attachments share and an attachment that was left are taken up
    // besides what is common to all:
    virtual void recall_shared(Survivor&) {}
    virtual void recall(const Survivor::Member&) {}
    // What the kind has in the store is this daemon's to drop, now that all is taken up.
    virtual void keep_from_now_on() {}
    // A place in the roster for one more in this role. Throws: bus::Error LimitsExceeded.
    [[nodiscard]] virtual std::uint32_t find_entry(bus::Role role);
    // Throws: bus::Error, when this role cannot be taken now.
    virtual void check_role(const JoinRequest&) const {}
    // What one becomes that takes part from now on.
    [[nodiscard]] virtual bus::abi::EntryState first_state(const Attachment& attachment) const;
    // Whether `own` may open `peer`, which is in the other role.
    [[nodiscard]] virtual bool is_open(const Attachment& own, const Attachment& peer) const;
    // A peer was handed to `own`.
    virtual void note_opened(const Attachment&, const Attachment&) {}
    // One ends; it goes at once unless somebody has use for what it leaves.
    virtual void part(Attachment& attachment);
    // Lets go of what nobody needs any more, after one ended or another is to join.
    virtual void reap() {}
    // What the region itself takes, besides its attachments: charged to its owner.
    [[nodiscard]] virtual std::uint64_t own_bytes() const noexcept {
        return geometry_.region_bytes();
    }
    // Adds its counters to what all have.
    virtual void count(const Attachment&, bus::AttachmentInfo&) const {}

    [[nodiscard]] Attachment& find(std::uint64_t id, std::string_view peer);
    // A free entry of these, or `to`.
    [[nodiscard]] std::uint32_t free_entry(std::uint32_t from, std::uint32_t to) const noexcept;
    // Throws: bus::Error LimitsExceeded when all that may take this role have.
    void check_room(bus::Role role) const;
    [[nodiscard]] const Attachments& attachments_by_id() const noexcept { return attachments_; }
    [[nodiscard]] bus::shm::RosterWriter& roster_writer() noexcept { return roster_; }
    [[nodiscard]] std::uint64_t next_id() const noexcept { return next_id_; }
    [[nodiscard]] const RegionPlan& plan() const noexcept { return plan_; }
    [[nodiscard]] Quotas& quotas() noexcept { return quotas_; }
    // Charges the owner for what the region takes now.
    void charge_again() { charge_ = charge(plan_.access.owner, Billing::Always); }
    void set_state(Attachment& attachment, bus::abi::EntryState state);
    void forget(std::uint64_t id);
    void wake_all() noexcept;
    void tell(bus::Event::What what, const Attachment& attachment) const;

private:
    [[noreturn]] void refuse_bytes() const;
    void check_join(const JoinRequest& request, const Credentials& caller) const;
    [[nodiscard]] const Attachment* find_repeated(const JoinRequest& request,
                                                  std::string_view peer) const;
    const Attachment& add(std::unique_ptr<Attachment> made);
    void take_up_member(Survivor::Member member, const Survivor& survivor);
    void end_attachment(std::uint64_t id, bus::Event::What what);
    // Ends every attachment that has not departed and is one `which` says.
    template <class Which>
    void end_those(bus::Event::What what, Which which);
    [[nodiscard]] Charge charge(uid_t owner, Billing billing);

    RegionPlan plan_;
    Quotas& quotas_;
    Announce announce_;
    bus::abi::Geometry geometry_;
    Charge charge_;                      // to the owner
    bus::base::UniqueFd roster_handle_;  // read-only
    bus::base::Mapping roster_mapping_;
    bus::shm::RosterWriter roster_;
    Kept roster_kept_;  // before the attachments, which are dropped from the store first
    std::vector<std::uint64_t> entries_;  // by roster entry: the attachment there, or 0
    Attachments attachments_;
    std::uint64_t next_id_ = 1;
};

}  // namespace shmbusd
