// What reaches a running verb from outside: a request to stop, and a tick twice a second.
//
// Handlers only set flags and are installed without SA_RESTART, so that a read or write that blocks
// returns with EINTR. A signal that comes just before such a call is not lost: the next tick
// interrupts it. The tick also spares the loops a clock read per sample.
#pragma once

#include <atomic>

namespace ctl {

/// Takes SIGINT, SIGTERM and SIGHUP as the request, ignores SIGPIPE, starts the tick.
/// One at a time; they stay for the life of the process.
class Signals {
public:
    /// Without the tick no call is interrupted but by a request.
    enum class Tick { TwiceASecond, None };
    explicit Signals(Tick tick = Tick::TwiceASecond);

    [[nodiscard]] static bool stop_requested() noexcept {
        return stop_.load(std::memory_order_relaxed);  // a flag, it orders nothing
    }
    /// True once after each tick.
    [[nodiscard]] static bool tick() noexcept {
        if (!tick_.load(std::memory_order_relaxed)) [[likely]]
            return false;
        tick_.store(false, std::memory_order_relaxed);
        return true;
    }

private:
    static void on_stop(int) noexcept;
    static void on_tick(int) noexcept;

    static inline std::atomic<bool> stop_{false};
    static inline std::atomic<bool> tick_{false};
    static_assert(std::atomic<bool>::is_always_lock_free);
};

}  // namespace ctl
