#include "shm/waker.hpp"

#include <algorithm>
#include <ctime>

#include <poll.h>

#include "base/event.hpp"

namespace bus::shm {
namespace {

bool poll_for(int fd, std::chrono::nanoseconds timeout) noexcept {
    const auto bounded = std::max(timeout, std::chrono::nanoseconds{0});
    const auto whole = std::chrono::floor<std::chrono::seconds>(bounded);
    const timespec limit{static_cast<time_t>(whole.count()),
                         static_cast<long>((bounded - whole).count())};
    pollfd polled{.fd = fd, .events = POLLIN, .revents = 0};
    return ::ppoll(&polled, 1, &limit, nullptr) > 0;
}

}  // namespace

void Waker::post() noexcept {
    if (semaphore_) return semaphore_.post();
    if (event_) base::post_event(event_.get());
}

bool Waker::wait_for(std::chrono::nanoseconds timeout) noexcept {
    if (semaphore_) return semaphore_.wait_for(timeout);
    if (!event_ || !poll_for(event_.get(), timeout)) return false;
    drain();
    return true;
}

void Waker::drain() noexcept {
    if (event_) base::drain_event(event_.get());
}

}  // namespace bus::shm
