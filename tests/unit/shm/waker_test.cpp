#include "shm/waker.hpp"

#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/event.hpp"

namespace bus::shm {
namespace {

using namespace std::chrono_literals;

Waker make_event() { return Waker{base::make_event("t")}; }

bool readable(int fd) {
    pollfd polled{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&polled, 1, 0) == 1;
}

TEST_CASE("waker: one with nothing inside posts nowhere and waits for nothing") {
    Waker waker;
    waker.post();
    waker.drain();
    waker.forget();
    CHECK_FALSE(waker.wait_for(0ns));
    CHECK(waker.fd() == -1);
}

TEST_CASE("waker: an event's posts make it readable until it is drained") {
    auto waker = make_event();
    CHECK_FALSE(readable(waker.fd()));
    waker.post();
    waker.post();
    CHECK(readable(waker.fd()));
    waker.drain();
    CHECK_FALSE(readable(waker.fd()));
}

TEST_CASE("waker: a wait on an event takes all posts that are there") {
    auto waker = make_event();
    waker.post();
    waker.post();
    CHECK(waker.wait_for(1h));
    CHECK_FALSE(waker.wait_for(0ns));
}

TEST_CASE("waker: a wait on an event ends without a post, not before its time") {
    auto waker = make_event();
    const auto start = std::chrono::steady_clock::now();
    CHECK_FALSE(waker.wait_for(20ms));
    CHECK(std::chrono::steady_clock::now() - start >= 20ms);
    CHECK_FALSE(waker.wait_for(-1s));
}

TEST_CASE("waker: a post ends the wait of another thread") {
    auto waker = make_event();
    std::thread poster{[&] { waker.post(); }};
    CHECK(waker.wait_for(1h));
    poster.join();
}

TEST_CASE(
    "waker: a semaphore's posts end waits until they are forgotten, and it has no descriptor") {
    const base::SemaphoreName name{"/unittest-shmbus" + std::to_string(::getpid()) + "-waker"};
    Waker waiter{base::Semaphore{name.get()}};
    Waker poster{base::Semaphore{name.get()}};
    poster.post();
    poster.post();
    CHECK(waiter.wait_for(1h));
    waiter.forget();
    CHECK_FALSE(waiter.wait_for(0ns));
    CHECK(waiter.fd() == -1);
}

TEST_CASE("waker: moved, it takes its event along") {
    auto source = make_event();
    const int fd = source.fd();
    Waker target;
    target = std::move(source);
    target.post();
    CHECK(target.fd() == fd);
    CHECK(source.fd() == -1);
    CHECK(target.wait_for(0ns));
}

}  // namespace
}  // namespace bus::shm
