// A raw region: bytes that several processes map, a lock for one writer or many readers, and a way
// to say that something changed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <bus/connection.hpp>
#include <bus/publisher.hpp>
#include <bus/region.hpp>

namespace bus {
class RawCore;  // private
}

namespace [[gnu::visibility("default")]] bus {

/// How a process attaches to a raw region.
struct RawAttachOptions {
    Waker waker = Waker::Semaphore;
    std::chrono::nanoseconds spin = usual_spin;  ///< before it sleeps
    std::string type{};  ///< what it takes the bytes for; empty: whatever they are
};

/// A raw region as one writer or reader has it.
/// Thread-safety: thread-bound.
class Region {
public:
    /// The lock, had until this ends; empty where it was not had. Lifetime: must end before its
    /// region.
    class Lock {
    public:
        Lock() noexcept = default;
        Lock(Lock&& other) noexcept { swap(other); }
        Lock& operator=(Lock&& other) noexcept {
            Lock{std::move(other)}.swap(*this);
            return *this;
        }
        ~Lock() {
            if (core_ != nullptr) give_back(core_);
        }
        [[nodiscard]] explicit operator bool() const noexcept { return core_ != nullptr; }
        /// Whether the last writer that had it died with it: what it changed may be half done.
        [[nodiscard]] bool abandoned() const noexcept { return abandoned_; }
        void swap(Lock& other) noexcept {
            std::swap(core_, other.core_);
            std::swap(abandoned_, other.abandoned_);
        }

    private:
        friend class Region;
        Lock(RawCore* core, bool abandoned) noexcept : core_{core}, abandoned_{abandoned} {}
        static void give_back(RawCore* core) noexcept;

        RawCore* core_ = nullptr;
        bool abandoned_ = false;
    };

    /// Attaches to a region that is there. Requires: `role` is Writer or Reader. Throws: Error
    /// NoSuchRegion, KindMismatch, TypeMismatch, BadSegment for a layout that this version does not
    /// know, AccessDenied, LimitsExceeded, FenceUnavailable, NoDaemon.
    Region(const Connection& connection, std::string_view name, Role role,
           const RawAttachOptions& options = {});
    /// The same as a writer, and creates the region first when none has this name; `region.size` is
    /// required.
    Region(const Connection& connection, std::string_view name, const RawOptions& region,
           const RawAttachOptions& options = {});
    Region(Region&&) noexcept;
    Region& operator=(Region&&) noexcept;
    ~Region();

    /// All there is. Valid until the region has grown and this has taken the lock, refreshed or
    /// grown it.
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept;
    /// The same to write; empty for a reader.
    [[nodiscard]] std::span<std::byte> writable_bytes() noexcept;

    /// The lock: a writer's alone, a reader's with other readers. Waits as long as it takes; empty
    /// when the region was removed. Requires: this does not have it.
    [[nodiscard]] Lock lock() noexcept;
    /// The same for at most `timeout`; empty when it was not had by then.
    [[nodiscard]] Lock try_lock_for(std::chrono::nanoseconds timeout) noexcept;

    /// Tells everyone who waits that something changed. Requires: a writer's.
    void notify() noexcept;
    /// Whether somebody notified since the last call, waiting for that at most `timeout`. With
    /// Waker::EventFd, fd() becomes readable after a call that answered false.
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds timeout) noexcept;
    /// For poll and event loops; -1 without Waker::EventFd.
    [[nodiscard]] int fd() const noexcept;

    /// Gives the region more bytes, with those that are there at their head. Requires: `lock` is
    /// this region's. Throws: Error InvalidArgument, LimitsExceeded, OutOfMemory, AccessDenied,
    /// NoDaemon; then all is as it was.
    void grow(const Lock& lock, std::size_t bytes);
    /// Moves over to the bytes of the newest generation; false when the daemon cannot be asked.
    [[nodiscard]] bool refresh() noexcept;
    /// How often the bytes became others, from 1.
    [[nodiscard]] std::uint64_t generation() const noexcept;

    [[nodiscard]] State state() noexcept;
    /// The attachment's number.
    [[nodiscard]] std::uint64_t id() const noexcept;

private:
    std::unique_ptr<RawCore> core_;
};

}  // namespace bus
