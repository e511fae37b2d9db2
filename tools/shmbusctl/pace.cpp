#include "pace.hpp"

#include <time.h>

namespace ctl {

Pace::time_point Pace::next(time_point now) noexcept {
    using namespace std::chrono;
    const auto since_start = duration<double>{static_cast<double>(count_) / rate_};
    auto due = start_ + duration_cast<steady_clock::duration>(since_start);
    if (count_ == 0 || now - due > seconds{1}) {
        start_ = due = now;
        count_ = 0;
    }
    ++count_;
    return due;
}

bool sleep_until(Pace::time_point due) noexcept {
    // steady_clock is CLOCK_MONOTONIC; std::this_thread::sleep_until goes on sleeping after a
    // signal.
    const auto time = std::chrono::nanoseconds{due.time_since_epoch()}.count();
    const ::timespec until{.tv_sec = time / 1'000'000'000, .tv_nsec = time % 1'000'000'000};
    return ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == 0;
}

}  // namespace ctl
