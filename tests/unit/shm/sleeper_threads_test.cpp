// Two threads that wake each other, with nothing but one post for each sleep. A wake-up that is
// lost shows: no sleep here ends by itself.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include <doctest/doctest.h>

#include <bus/error.hpp>

#include "abi/layout.hpp"
#include "base/event.hpp"
#include "base/fence.hpp"
#include "shm/peers.hpp"
#include "shm/sleeper.hpp"
#include "shm/waker.hpp"

namespace bus::shm {
namespace {

constexpr std::uint64_t turns = 5'000;
constexpr std::chrono::seconds far_too_long{30};

// One that waits for its turn to be told, and how it is told.
class Player {
public:
    explicit Player(Fence fence) : sleeper_{sleep_, fence}, fence_{fence} {
        view_.epoch = &sleep_.epoch;
        view_.waker = &waker_;
    }
    void tell(std::uint64_t turn) noexcept {
        told_.store(turn, std::memory_order_release);
        base::light_fence(fence_);
        view_.wake();
    }
    [[nodiscard]] bool await(std::uint64_t turn) noexcept {
        const auto told = [&] { return told_.load(std::memory_order_acquire) >= turn; };
        bool woken = true;
        while (!told() && woken) {
            waker_.forget();
            sleeper_.lie_down();
            woken = told() || waker_.wait_for(far_too_long);
            sleeper_.get_up();
        }
        return woken;
    }

private:
    abi::Sleep sleep_{};
    Waker waker_{base::make_event("player")};
    SubscriberView view_{};
    Sleeper sleeper_;
    Fence fence_;
    std::atomic<std::uint64_t> told_{0};
};

// How many turns the two had before a wake-up was lost.
std::uint64_t play(Fence fence) {
    Player one{fence};
    Player other{fence};
    std::thread answers{[&] {
        for (std::uint64_t turn = 1; turn <= turns && other.await(turn); ++turn) one.tell(turn);
    }};
    std::uint64_t had = 0;
    do other.tell(had + 1);
    while (one.await(had + 1) && ++had < turns);
    answers.join();
    return had;
}

TEST_CASE("sleeper: in threads, no wake-up is lost") { CHECK(play(Fence::Full) == turns); }

TEST_CASE("sleeper: in threads and with the asymmetric fence, no wake-up is lost") {
    try {
        base::register_membarrier("threads-test");
    } catch (const Error& error) {
        MESSAGE("skipped: " << error.what());
        return;
    }
    CHECK(play(Fence::Asymmetric) == turns);
}

}  // namespace
}  // namespace bus::shm
