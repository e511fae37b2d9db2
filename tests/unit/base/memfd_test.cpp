#include "base/memfd.hpp"

#include <csignal>
#include <cstddef>
#include <cstdio>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <bus/error.hpp>

#include "base/mapping.hpp"
#include "descriptors.hpp"

namespace bus::base {
namespace {

constexpr std::size_t bytes = 8192;

struct stat status_of(int fd) {
    struct stat status {};
    REQUIRE(::fstat(fd, &status) == 0);
    return status;
}

// The whole text that admit_memfd refuses with, under this code.
std::string refusal(int fd, Sealing sealing, Errc code = Errc::BadSegment) {
    try {
        admit_memfd(fd, bytes, sealing, "seg");
    } catch (const Error& error) {
        CHECK(error.errc() == code);
        return error.what();
    }
    return "";
}

TEST_CASE("memfd: it has its size, all of it allocated") {
    const auto status = status_of(make_memfd("t", bytes).get());
    CHECK(status.st_size == static_cast<off_t>(bytes));
    CHECK(status.st_blocks * 512 >= static_cast<off_t>(bytes));
}

TEST_CASE("memfd: its mode is 0600") {
    CHECK((status_of(make_memfd("t", bytes).get()).st_mode & 0777) == 0600);
}

TEST_CASE("memfd: it is close-on-exec, its read handle too") {
    const auto fd = make_memfd("t", bytes);
    const auto reader = reopen_read_only(fd.get(), "t");
    CHECK((::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((::fcntl(reader.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("memfd: nobody can resize it") {
    const auto fd = make_memfd("t", bytes);
    CHECK(::ftruncate(fd.get(), 4096) == -1);
    CHECK(errno == EPERM);
    CHECK(::ftruncate(fd.get(), 16384) == -1);
    CHECK(errno == EPERM);
    CHECK(status_of(fd.get()).st_size == static_cast<off_t>(bytes));
}

TEST_CASE("memfd: memory that is short is OutOfMemory, and is not taken first") {
    // Should the check be missing, this limit ends the attempt before memory is asked for.
    const rlimit bound{rlim_t{1} << 40, rlim_t{1} << 40};
    const int status = run_in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &bound);
        try {
            const auto fd = make_memfd("huge", std::size_t{1} << 50);
        } catch (const Error& error) {
            const bool named = std::string{error.what()}.starts_with("huge: ");
            return error.errc() == Errc::OutOfMemory && named ? 0 : 2;
        }
        return 1;
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("memfd: a failed creation leaves no descriptor behind") {
    const auto before = open_descriptors();
    CHECK_THROWS_AS((void)make_memfd("empty", 0), Error);
    CHECK(open_descriptors() == before);
}

TEST_CASE("memfd: before sealing it can be mapped writable again") {
    const auto fd = make_memfd("t", bytes);
    CHECK(Mapping{fd.get(), bytes, Access::ReadWrite, Populate::Lazily, "t"});
}

TEST_CASE("memfd: after sealing nobody maps it writable") {
    const auto fd = make_memfd("t", bytes);
    seal_future_writes(fd.get(), "t");
    CHECK_THROWS_AS((Mapping{fd.get(), bytes, Access::ReadWrite, Populate::Lazily, "t"}), Error);
    CHECK(Mapping{fd.get(), bytes, Access::ReadOnly, Populate::Lazily, "t"});
}

TEST_CASE("memfd: after sealing write() is refused even on the writable handle") {
    const auto fd = make_memfd("t", bytes);
    CHECK(::write(fd.get(), "x", 1) == 1);
    seal_future_writes(fd.get(), "t");
    CHECK(::write(fd.get(), "x", 1) == -1);
    CHECK(errno == EPERM);
}

TEST_CASE("memfd: a mapping from before the sealing goes on writing") {
    const auto fd = make_memfd("t", bytes);
    const Mapping writer{fd.get(), bytes, Access::ReadWrite, Populate::Lazily, "t"};
    seal_future_writes(fd.get(), "t");
    const Mapping reader{fd.get(), bytes, Access::ReadOnly, Populate::Lazily, "t"};
    writer.data()[100] = std::byte{9};
    CHECK(reader.data()[100] == std::byte{9});
}

TEST_CASE("memfd: a read-only mapping of a sealed segment cannot be upgraded") {
    const auto fd = make_memfd("t", bytes);
    seal_future_writes(fd.get(), "t");
    const Mapping reader{fd.get(), bytes, Access::ReadOnly, Populate::Lazily, "t"};
    CHECK(::mprotect(reader.data(), bytes, PROT_READ | PROT_WRITE) == -1);
    CHECK(errno == EACCES);
}

TEST_CASE("memfd: after sealing no further seal can be added") {
    const auto fd = make_memfd("t", bytes);
    seal_future_writes(fd.get(), "t");
    CHECK(::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_WRITE) == -1);
    CHECK_NOTHROW(seal_future_writes(fd.get(), "t"));  // it has these
}

TEST_CASE("admit: a memfd of the right size and seals is admitted") {
    const auto fd = make_memfd("t", bytes);
    CHECK(refusal(fd.get(), Sealing::Size) == "");
    seal_future_writes(fd.get(), "t");
    CHECK(refusal(fd.get(), Sealing::FutureWrites) == "");
    CHECK(refusal(reopen_read_only(fd.get(), "t").get(), Sealing::FutureWrites) == "");
}

TEST_CASE("admit: a pipe is refused") {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const UniqueFd read_end{ends[0]};
    const UniqueFd write_end{ends[1]};
    CHECK(refusal(read_end.get(), Sealing::Size) == "seg: the handle is not a memfd");
}

TEST_CASE("admit: a regular file is refused") {
    std::FILE* file = std::tmpfile();
    REQUIRE(file != nullptr);
    REQUIRE(::ftruncate(::fileno(file), bytes) == 0);
    CHECK(refusal(::fileno(file), Sealing::Size).starts_with("seg: the "));
    std::fclose(file);
}

TEST_CASE("admit: no descriptor at all is refused, with what is to be done about it") {
    CHECK(refusal(-1, Sealing::Size, Errc::SystemError) ==
          "seg: no handle came: this process may open no more descriptors");
}

TEST_CASE("admit: a memfd of another size is refused") {
    const auto fd = make_memfd("t", 4096);
    CHECK(refusal(fd.get(), Sealing::Size) == "seg: the segment has 4096 bytes instead of 8192");
}

TEST_CASE("admit: a memfd without every seal is refused") {
    for (const int seals : {0, F_SEAL_SHRINK, F_SEAL_GROW}) {
        CAPTURE(seals);
        const UniqueFd fd{::memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
        REQUIRE(::ftruncate(fd.get(), bytes) == 0);
        REQUIRE(::fcntl(fd.get(), F_ADD_SEALS, seals) == 0);
        CHECK(refusal(fd.get(), Sealing::Size) == "seg: the segment is not sealed as it must be");
    }
}

TEST_CASE("admit: a peer's memfd that can still be mapped writable is refused") {
    const auto fd = make_memfd("t", bytes);
    const std::string refused = "seg: the segment is not sealed as it must be";
    CHECK(refusal(fd.get(), Sealing::FutureWrites) == refused);
    REQUIRE(::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_FUTURE_WRITE) == 0);
    CHECK(refusal(fd.get(), Sealing::FutureWrites) == refused);
}

}  // namespace
}  // namespace bus::base
