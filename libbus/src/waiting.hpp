// How long libbus waits in one go: spin a little, then sleep in bounded pieces.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include <bus/ring_end.hpp>

#include "shm/sleeper.hpp"
#include "shm/waker.hpp"

namespace bus {

using SteadyTime = std::chrono::steady_clock::time_point;

// No single sleep is longer: a post that was stolen or lost costs at most this.
inline constexpr std::chrono::milliseconds longest_sleep{250};

[[nodiscard]] inline SteadyTime deadline_after(std::chrono::nanoseconds timeout) noexcept {
    const auto now = std::chrono::steady_clock::now();
    if (timeout > SteadyTime::max() - now) return SteadyTime::max();
    return now + timeout;
}

// Looks whether `ready`, seldom, for at most `budget` and never past `deadline`: each look at a
// cursor takes its line from a subscriber that writes it with every sample. In the pauses between,
// many samples are taken, so that one look finds room for all of them; the longer the ring, the
// longer the pause.
template <class Ready>
[[nodiscard]] bool spin_seldom(SteadyTime deadline, std::chrono::nanoseconds budget,
                               std::uint32_t slots, Ready ready) noexcept {
    const auto until = std::min(deadline, deadline_after(budget));
    const auto pause = std::clamp(slots / 16, 1U, 64U);
    do {
        for (std::uint32_t i = 0; i < pause; ++i) relax();
        if (ready()) return true;
    } while (std::chrono::steady_clock::now() < until);
    return false;
}

// Looks before a clock is read.
inline constexpr std::uint32_t first_looks = 32;

// Polls `ready` for `time`. The line that is looked at is the one that a peer is about to write,
// and each look takes it away from there: with a rest between the looks the word comes sooner. The
// first looks go without a clock, which takes as long to read as a message to arrive.
template <class Ready>
[[nodiscard]] bool spin_for(std::chrono::nanoseconds time, Ready ready) noexcept {
    if (ready()) return true;
    if (time <= std::chrono::nanoseconds{0}) return false;
    const auto look_often = [&ready]() noexcept {
        for (std::uint32_t i = 0; i < first_looks; ++i) {
            relax();
            if (ready()) return true;
        }
        return false;
    };
    if (look_often()) return true;
    const auto until = deadline_after(time);
    do {
        if (look_often()) return true;
    } while (std::chrono::steady_clock::now() < until);
    return false;
}

// Begins a sleep at `waker`; what is waited for must be looked at again afterwards. Whoever lies
// already waits by an event loop, and may have been posted for this sleep.
inline void lie_down(shm::Sleeper& sleeper, shm::Waker& waker) noexcept {
    if (!sleeper.asleep()) waker.forget();
    sleeper.lie_down();
}

// Sleeps until `ready`, `deadline` or `ended`: what the last look at `ready` said.
template <class Ready, class Ended>
[[nodiscard]] bool sleep_until(shm::Sleeper& sleeper, shm::Waker& waker, SteadyTime deadline,
                               Ready ready, Ended ended) noexcept {
    while (!ended() && std::chrono::steady_clock::now() < deadline) {
        lie_down(sleeper, waker);
        const bool over = ready();
        const auto left = deadline - std::chrono::steady_clock::now();
        if (!over) waker.wait_for(std::min<std::chrono::nanoseconds>(left, longest_sleep));
        sleeper.get_up();
        if (over || ready()) return true;
    }
    return false;
}

}  // namespace bus
