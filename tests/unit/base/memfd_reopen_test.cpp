// A read-only handle as protection: what its holder can make of it, as the same user, as another,
// and as root.
#include <cstddef>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/mapping.hpp"
#include "base/memfd.hpp"
#include "descriptors.hpp"

namespace bus::base {
namespace {

constexpr std::size_t bytes = 4096;
constexpr uid_t nobody = 65534;

// True when the memory behind the descriptor can be mapped for writing.
bool maps_writable(int fd) {
    void* address = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (address == MAP_FAILED) return false;
    ::munmap(address, bytes);
    return true;
}

// True when another user, holding the descriptor, can open it for writing through /proc.
bool another_user_reopens(int fd) {
    const int status = run_in_child([&] {
        if (::setgid(nobody) != 0 || ::setuid(nobody) != 0) return 2;
        ::prctl(PR_SET_DUMPABLE, 1);  // gives /proc/self back to this user
        const UniqueFd plain{::open(proc_path(fd).c_str(), O_RDONLY | O_CLOEXEC)};
        const UniqueFd writable{::open(proc_path(fd).c_str(), O_RDWR | O_CLOEXEC)};
        return writable ? 1 : 0;
    });
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) != 2);
    return WEXITSTATUS(status) == 1;
}

TEST_CASE("read handle: write() is refused") {
    const auto reader = reopen_read_only(make_memfd("t", bytes).get(), "t");
    CHECK(::write(reader.get(), "x", 1) == -1);
    CHECK(errno == EBADF);
}

TEST_CASE("read handle: a writable mapping is refused") {
    const auto reader = reopen_read_only(make_memfd("t", bytes).get(), "t");
    CHECK_FALSE(maps_writable(reader.get()));
    CHECK(errno == EACCES);
}

TEST_CASE("read handle: a read-only mapping cannot be made writable") {
    const auto reader = reopen_read_only(make_memfd("t", bytes).get(), "t");
    const Mapping mapping{reader.get(), bytes, Access::ReadOnly, Populate::Lazily, "t"};
    CHECK(::mprotect(mapping.data(), bytes, PROT_READ | PROT_WRITE) == -1);
    CHECK(errno == EACCES);
}

TEST_CASE("read handle: it shows the same memory") {
    const auto fd = make_memfd("t", bytes);
    const auto reader = reopen_read_only(fd.get(), "t");
    REQUIRE(::pwrite(fd.get(), "xyz", 3, 10) == 3);
    const Mapping mapping{reader.get(), bytes, Access::ReadOnly, Populate::Lazily, "t"};
    CHECK(mapping.data()[11] == std::byte{'y'});
}

TEST_CASE("read handle: another user cannot reopen it for writing" *
          doctest::skip(::geteuid() != 0) *
          doctest::description("needs root, to become another user")) {
    const auto fd = make_memfd("t", bytes);
    const auto reader = reopen_read_only(fd.get(), "t");
    CHECK_FALSE(another_user_reopens(reader.get()));
    // The proof that the mode is what protects: without it the same attempt succeeds.
    REQUIRE(::fchmod(fd.get(), 0666) == 0);
    CHECK(another_user_reopens(reader.get()));
}

TEST_CASE("read handle: before sealing its own user can reopen it for writing") {
    const auto reader = reopen_read_only(make_memfd("t", bytes).get(), "t");
    const UniqueFd writable{::open(proc_path(reader.get()).c_str(), O_RDWR | O_CLOEXEC)};
    CHECK(maps_writable(writable.get()));
}

TEST_CASE("read handle: after sealing even its own user, or root, reopens it in vain") {
    const auto fd = make_memfd("t", bytes);
    const auto reader = reopen_read_only(fd.get(), "t");
    seal_future_writes(fd.get(), "t");
    const UniqueFd writable{::open(proc_path(reader.get()).c_str(), O_RDWR | O_CLOEXEC)};
    REQUIRE(writable);
    CHECK_FALSE(maps_writable(writable.get()));
    CHECK(errno == EPERM);
    CHECK(::write(writable.get(), "x", 1) == -1);
    CHECK(errno == EPERM);
}

}  // namespace
}  // namespace bus::base
