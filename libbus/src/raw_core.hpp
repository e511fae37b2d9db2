// A writer or reader joined to its raw region: the bytes, the lock, and those it must spare and
// wake.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <bus/raw.hpp>

#include "abi/raw_layout.hpp"
#include "abi/roles.hpp"
#include "base/mapping.hpp"
#include "shm/region_lock.hpp"
#include "shm/sleeper.hpp"
#include "src/membership.hpp"
#include "src/waiting.hpp"

namespace bus {

class RawCore final {
public:
    RawCore(const Connection& connection, std::string_view name, Role role,
            const RawAttachOptions& options);
    RawCore(const RawCore&) = delete;
    RawCore& operator=(const RawCore&) = delete;

    [[nodiscard]] std::span<std::byte> bytes() const noexcept {
        return {bytes_.data(), bytes_.size()};
    }
    [[nodiscard]] bool writes() const noexcept { return role_ == Role::Writer; }
    [[nodiscard]] shm::Obtained lock(std::chrono::nanoseconds timeout) noexcept;
    void unlock() noexcept;
    void notify() noexcept;
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds timeout) noexcept;
    void grow(std::size_t bytes);
    [[nodiscard]] bool refresh() noexcept;

    [[nodiscard]] int fd() const noexcept { return membership_.waker_fd(); }
    [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
    [[nodiscard]] State state() noexcept;
    [[nodiscard]] std::uint64_t id() const noexcept { return membership_.id(); }

private:
    // One member whose segment is open here.
    struct Peer {
        PeerSegment segment;
        std::uint64_t id = 0;
        bool reads = false;  // it is a reader
        [[nodiscard]] const abi::RawMemberHeader& header() const noexcept {
            return *reinterpret_cast<const abi::RawMemberHeader*>(segment.mapping.data());
        }
    };

    [[nodiscard]] bool is_current() const noexcept {
        return membership_.roster().generation() == generation_;
    }
    [[nodiscard]] bool nobody_reads() const noexcept;
    [[nodiscard]] shm::Obtained lock_slowly(shm::Obtained got,
                                            std::chrono::nanoseconds timeout) noexcept;
    [[nodiscard]] shm::Obtained try_lock() noexcept;
    [[nodiscard]] shm::Obtained try_enter() noexcept;
    [[nodiscard]] shm::Obtained await_word(SteadyTime deadline) noexcept;
    [[nodiscard]] bool readers_out() noexcept;
    // Ready on the current bytes; otherwise gives the lock back.
    [[nodiscard]] shm::Obtained admit(shm::Obtained got) noexcept;
    void keep_armed() noexcept;
    void give_back(shm::Obtained got) noexcept;
    void wake_for_lock() noexcept;
    // Whether somebody notified since the last time.
    [[nodiscard]] bool noticed() noexcept;
    [[nodiscard]] bool ended() noexcept;
    template <class Ready>
    [[nodiscard]] bool await(shm::Sleeper& sleeper, SteadyTime deadline, Ready ready) noexcept;

    void open_bytes(Manner manner);
    void meet() noexcept;
    [[nodiscard]] bool list_peers() noexcept;
    [[nodiscard]] bool meet_one(abi::EntryWord word,
                                std::vector<std::unique_ptr<Peer>>& peers) noexcept;
    [[nodiscard]] bool met() const noexcept { return membership_.roster().change() == seen_; }
    [[nodiscard]] abi::RawMemberHeader& own() const noexcept {
        return *reinterpret_cast<abi::RawMemberHeader*>(membership_.segment());
    }
    [[nodiscard]] abi::LockHeader& lock_header() const noexcept {
        return *reinterpret_cast<abi::LockHeader*>(lock_.data());
    }

    Role role_;
    Membership membership_;
    base::Mapping lock_;
    base::Mapping bytes_;
    std::uint64_t generation_ = 0;
    shm::WriterLock writer_;
    shm::ReaderLock reader_;
    std::vector<std::unique_ptr<Peer>> peers_;
    // What every lock and unlock looks at of these, in a row.
    std::vector<const abi::RawMemberHeader*> readers_;
    std::vector<shm::MemberView> views_;
    std::uint64_t seen_ = 0;     // the roster's change that peers_ stands for
    bool complete_ = false;      // every member's segment is open
    std::uint64_t version_ = 0;  // last noticed
    State state_ = State::Active;
    shm::Sleeper lock_sleeper_;
    shm::Sleeper change_sleeper_;
    std::chrono::nanoseconds spin_;
    bool event_driven_;
    SteadyTime retry_at_{};  // when to ask the daemon again
};

}  // namespace bus
