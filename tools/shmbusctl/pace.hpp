// A schedule for --rate: sample n is due n periods after the first, however long each one took.
#pragma once

#include <chrono>
#include <cstdint>

namespace ctl {

class Pace {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// `rate` is in samples a second; 0: no schedule, always due.
    explicit Pace(double rate) noexcept : rate_{rate} {}

    [[nodiscard]] bool scheduled() const noexcept { return rate_ > 0; }
    /// When the next sample is due, given the time; each call goes on to the one after. A source
    /// that is more than a second late gets a new schedule instead of a burst.
    [[nodiscard]] time_point next(time_point now) noexcept;

private:
    double rate_;
    std::uint64_t count_ = 0;  // since start_
    time_point start_;
};

/// Sleeps until `due` or a signal; whether it is due.
[[nodiscard]] bool sleep_until(Pace::time_point due) noexcept;

}  // namespace ctl
