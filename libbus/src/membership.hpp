// One attachment of this process: joined, mapped and active from construction to destruction. What
// publisher and subscriber have in common.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bus/connection.hpp>
#include <bus/publisher.hpp>

#include "abi/geometry.hpp"
#include "base/mapping.hpp"
#include "shm/roster.hpp"
#include "shm/waker.hpp"
#include "src/control.hpp"

namespace bus {

// A peer's segment, mapped, and what wakes it.
struct PeerSegment {
    base::Mapping mapping;
    shm::Waker waker;
};

class Membership {
public:
    // Throws: Error as BytesPublisher and BytesSubscriber say.
    Membership(const Connection& connection, std::string_view name, const AttachRequest& request);
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;
    ~Membership();

    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] ConnectionCore& control() const noexcept { return *control_; }
    [[nodiscard]] const abi::Geometry& geometry() const noexcept { return geometry_; }
    [[nodiscard]] const shm::RosterReader& roster() const noexcept { return roster_; }
    [[nodiscard]] std::byte* segment() const noexcept { return segment_.data(); }
    // Its place in the roster, and so its lane in every subscriber's segment.
    [[nodiscard]] std::uint32_t entry() const noexcept { return entry_; }
    [[nodiscard]] shm::Waker& waker() noexcept { return waker_; }
    [[nodiscard]] int waker_fd() const noexcept { return waker_.fd(); }

    // What came of opening a peer.
    enum class Opened { Yes, Gone, NotNow };
    // Opens a peer's segment of `bytes`. Gone: it has left, or hands out what nobody should map.
    // NotNow: the daemon cannot be asked; worth another try.
    // Waits for a daemon that is being started again only for a peer that was there when this
    // attachment was made, and only the first time.
    // ReadWrite is for a server: it maps a client's exchange, which nobody can map writable from
    // then on.
    [[nodiscard]] Opened open_peer(std::uint64_t peer, std::size_t bytes, PeerSegment& opened,
                                   base::Access access = base::Access::ReadOnly) noexcept;
    // Leaves the region; what is mapped stays. False when the daemon cannot be asked: then the next
    // one ends the attachment.
    bool leave() noexcept;
    [[nodiscard]] bool report_stall(std::uint64_t laggard) noexcept;

private:
    void find_entry();
    void note_peers(Role own);
    // How to open this peer; nothing while the daemon is left in peace.
    [[nodiscard]] std::optional<Manner> manner_for(std::uint64_t peer);
    void leave_in_peace(Manner manner, Errc code) noexcept;

    // Shared: the connection must outlive every attachment made over it.
    std::shared_ptr<ConnectionCore> control_;
    std::string name_;
    std::string path_;
    std::uint64_t id_ = 0;
    std::uint32_t entry_ = 0;
    abi::Geometry geometry_;
    base::Mapping roster_mapping_;
    shm::RosterReader roster_;
    base::Mapping segment_;
    shm::Waker waker_;
    bool left_ = false;
    std::vector<std::uint64_t> there_before_;  // peers that were active first, and not opened yet
    // A daemon that did not answer in time is not asked again before this.
    std::chrono::steady_clock::time_point quiet_until_{};
    std::chrono::milliseconds quiet_{};
};

}  // namespace bus
