// What ends a sleep: a named semaphore, or a descriptor for those who have an event loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "base/semaphore.hpp"
#include "base/unique_fd.hpp"

namespace bus::shm {

class Waker {
public:
    Waker() noexcept = default;
    explicit Waker(base::Semaphore semaphore) noexcept : semaphore_{std::move(semaphore)} {}
    explicit Waker(base::UniqueFd event) noexcept : event_{std::move(event)} {}

    void post() noexcept;
    // Before a sleep, while nobody can post for it yet: forgets the posts that ended earlier ones.
    void forget() noexcept { semaphore_.forget(); }
    // False when nothing was posted in time, or a signal came.
    bool wait_for(std::chrono::nanoseconds timeout) noexcept;
    // Forgets posts that nobody waited for: an event loop would otherwise wake for them.
    void drain() noexcept;
    // The descriptor, or -1.
    [[nodiscard]] int fd() const noexcept { return event_.get(); }

private:
    base::Semaphore semaphore_;
    base::UniqueFd event_;
};

}  // namespace bus::shm
