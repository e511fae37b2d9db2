#include "wire/fd_bridge.hpp"

#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <bus/error.hpp>

namespace bus::wire {
namespace {

base::UniqueFd open_null(int flags = O_CLOEXEC) {
    return base::UniqueFd{::open("/dev/null", O_RDONLY | flags)};
}

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }
bool closes_on_exec(int fd) { return (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0; }

TEST_CASE("descriptor: a message gets a copy of its own, close-on-exec") {
    const auto fd = open_null();
    int copy = -1;
    {
        const auto sent = to_wire(fd.get());
        copy = sent.get();
        CHECK(copy != fd.get());
        CHECK(closes_on_exec(copy));
    }
    CHECK_FALSE(is_open(copy));
    CHECK(is_open(fd.get()));
}

TEST_CASE("descriptor: a received one is owned once and made close-on-exec") {
    WireFd received{open_null(0).release(), sdbus::adopt_fd};
    const int number = received.get();
    CHECK_FALSE(closes_on_exec(number));
    {
        const auto fd = from_wire(std::move(received));
        CHECK(fd.get() == number);
        CHECK(closes_on_exec(number));
    }
    CHECK_FALSE(is_open(number));
}

TEST_CASE("descriptor: none goes as an empty list and comes as nothing") {
    CHECK(to_wire_list(-1).empty());
    CHECK_FALSE(from_wire_list({}));
}

TEST_CASE("descriptor: one goes as a list of one and comes back open") {
    const auto fd = open_null();
    auto list = to_wire_list(fd.get());
    REQUIRE(list.size() == 1);
    const auto received = from_wire_list(std::move(list));
    CHECK(is_open(received.get()));
}

TEST_CASE("descriptor: one that is not open cannot be sent") {
    CHECK_THROWS_AS((void)to_wire(-1), Error);
}

}  // namespace
}  // namespace bus::wire
