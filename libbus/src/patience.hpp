// How long a control call is repeated while the daemon is being started again: with short pauses
// that grow, for a bounded time from the first failure on.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace bus {

class Patience {
public:
    // False when the time is used up; otherwise pauses first.
    [[nodiscard]] bool pause() {
        const auto now = std::chrono::steady_clock::now();
        if (until_ == std::chrono::steady_clock::time_point{}) until_ = now + longest;
        if (now >= until_) return false;
        std::this_thread::sleep_for(pause_);
        pause_ = std::min(2 * pause_, longest_pause);
        return true;
    }

private:
    static constexpr std::chrono::seconds longest{5};
    static constexpr std::chrono::milliseconds longest_pause{100};

    std::chrono::milliseconds pause_{1};
    std::chrono::steady_clock::time_point until_{};
};

}  // namespace bus
