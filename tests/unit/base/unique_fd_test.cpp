#include "base/unique_fd.hpp"

#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "descriptors.hpp"

namespace bus::base {
namespace {

UniqueFd open_null() { return UniqueFd{::open("/dev/null", O_RDONLY | O_CLOEXEC)}; }

TEST_CASE("unique fd: a fresh one owns nothing") {
    const UniqueFd fd;
    CHECK_FALSE(fd);
    CHECK(fd.get() == -1);
}

TEST_CASE("unique fd: it closes what it owns at its end") {
    const auto before = open_descriptors();
    {
        const auto fd = open_null();
        CHECK(fd);
        CHECK(open_descriptors() == before + 1);
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("unique fd: descriptor 0 is owned as any other") {
    UniqueFd zero{0};
    CHECK(zero);
    CHECK(zero.release() == 0);
}

TEST_CASE("unique fd: move construction leaves the source empty") {
    auto source = open_null();
    const int number = source.get();
    const UniqueFd target{std::move(source)};
    CHECK(target.get() == number);
    CHECK_FALSE(source);
}

TEST_CASE("unique fd: a move onto a full target closes the old descriptor") {
    const auto before = open_descriptors();
    auto source = open_null();
    auto target = open_null();
    const int old = target.get();
    const int number = source.get();
    target = std::move(source);
    CHECK(target.get() == number);
    CHECK(is_open(number));
    CHECK_FALSE(is_open(old));
    CHECK_FALSE(source);
    CHECK(open_descriptors() == before + 1);
}

TEST_CASE("unique fd: a move onto itself keeps the descriptor open") {
    auto fd = open_null();
    const int number = fd.get();
    auto& same = fd;
    fd = std::move(same);
    CHECK(fd.get() == number);
    CHECK(is_open(number));
}

TEST_CASE("unique fd: release gives the descriptor away open") {
    auto fd = open_null();
    const int number = fd.release();
    CHECK_FALSE(fd);
    CHECK(is_open(number));
    ::close(number);
}

TEST_CASE("unique fd: swap exchanges two owners") {
    auto full = open_null();
    const int number = full.get();
    UniqueFd empty;
    full.swap(empty);
    CHECK_FALSE(full);
    CHECK(empty.get() == number);
}

}  // namespace
}  // namespace bus::base
