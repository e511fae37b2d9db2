#include "base/event.hpp"

#include <atomic>
#include <cstdint>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <doctest/doctest.h>

namespace bus::base {
namespace {

bool readable(int fd) {
    pollfd polled{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&polled, 1, 0) == 1;
}

TEST_CASE("event: it is told from all else") {
    const UniqueFd counter{::eventfd(0, EFD_CLOEXEC)};
    const UniqueFd memory{::memfd_create("[timerfd]", MFD_CLOEXEC)};
    CHECK(is_event(make_event("t").get()));
    CHECK_FALSE(is_event(counter.get()));
    CHECK_FALSE(is_event(memory.get()));
    CHECK_FALSE(is_event(-1));
}

TEST_CASE("event: it is readable from a post until it is drained, however often it was posted") {
    const auto event = make_event("t");
    CHECK_FALSE(readable(event.get()));
    post_event(event.get());
    post_event(event.get());
    CHECK(readable(event.get()));
    drain_event(event.get());
    CHECK_FALSE(readable(event.get()));
    post_event(event.get());
    CHECK(readable(event.get()));
}

TEST_CASE("event: what is no event is left as it is") {
    const UniqueFd counter{::eventfd(0, EFD_CLOEXEC)};
    post_event(counter.get());
    drain_event(counter.get());
    CHECK_FALSE(readable(counter.get()));
}

// With an eventfd, one of them is soon in a write or a read that does not end.
TEST_CASE("event: whatever a peer does to it, a post and a drain come to their end") {
    const auto event = make_event("t");
    std::atomic<bool> over{false};
    std::thread peer{[&] {
        std::uint64_t word = 0xffff'ffff'ffff'fffe;
        const itimerspec late{.it_interval = {}, .it_value = {.tv_sec = 1'000'000, .tv_nsec = 0}};
        while (!over) {
            ::fcntl(event.get(), F_SETFL, O_NONBLOCK);
            [[maybe_unused]] auto size = ::write(event.get(), &word, sizeof word);
            size = ::read(event.get(), &word, sizeof word);
            ::fcntl(event.get(), F_SETFL, 0);
            ::timerfd_settime(event.get(), 0, &late, nullptr);
        }
    }};
    for (int i = 0; i < 20'000; ++i) {
        post_event(event.get());
        drain_event(event.get());
    }
    over = true;
    peer.join();
    post_event(event.get());
    CHECK(readable(event.get()));
}

}  // namespace
}  // namespace bus::base
