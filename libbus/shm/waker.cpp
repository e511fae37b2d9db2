#include "shm/waker.hpp"

#include <algorithm>
#include <ctime>

#include <poll.h>
#include <unistd.h>

namespace bus::shm {
namespace {

bool poll_for(int fd, short events, std::chrono::nanoseconds timeout) noexcept {
    const auto bounded = std::max(timeout, std::chrono::nanoseconds{0});
    const auto whole = std::chrono::floor<std::chrono::seconds>(bounded);
    const timespec limit{static_cast<time_t>(whole.count()),
                         static_cast<long>((bounded - whole).count())};
    pollfd polled{.fd = fd, .events = events, .revents = 0};
    return ::ppoll(&polled, 1, &limit, nullptr) > 0;
}

}  // namespace

void Waker::post() noexcept {
    if (semaphore_) return semaphore_.post();
    // A peer may have filled the counter and made the shared description blocking; full means
    // posted.
    const std::uint64_t one = 1;
    if (event_ && poll_for(event_.get(), POLLOUT, std::chrono::nanoseconds{0})) [[maybe_unused]]
        const auto written = ::write(event_.get(), &one, sizeof one);
}

bool Waker::wait_for(std::chrono::nanoseconds timeout) noexcept {
    if (semaphore_) return semaphore_.wait_for(timeout);
    if (!event_ || !poll_for(event_.get(), POLLIN, timeout)) return false;
    drain();
    return true;
}

void Waker::drain() noexcept {
    std::uint64_t count = 0;
    if (event_ && poll_for(event_.get(), POLLIN, std::chrono::nanoseconds{0})) [[maybe_unused]]
        const auto read = ::read(event_.get(), &count, sizeof count);
}

}  // namespace bus::shm
