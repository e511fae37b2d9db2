#include "base/mapping.hpp"

#include <csignal>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <bus/error.hpp>

#include "base/memfd.hpp"
#include "descriptors.hpp"

namespace bus::base {
namespace {

constexpr std::size_t bytes = 8192;

Mapping map(int fd, Access access = Access::ReadWrite) {
    return Mapping{fd, bytes, access, Populate::Lazily, "mapping-test"};
}

// Whether this process has anything mapped at the address.
bool is_mapped(const void* address) {
    std::ifstream maps{"/proc/self/maps"};
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    for (std::string text; std::getline(maps, text);) {
        const auto dash = text.find('-');
        const auto from = std::stoull(text.substr(0, dash), nullptr, 16);
        const auto to = std::stoull(text.substr(dash + 1), nullptr, 16);
        if (wanted >= from && wanted < to) return true;
    }
    return false;
}

TEST_CASE("mapping: a fresh one owns nothing") {
    const Mapping mapping;
    CHECK_FALSE(mapping);
    CHECK(mapping.data() == nullptr);
    CHECK(mapping.size() == 0);
}

TEST_CASE("mapping: what one writes another reads") {
    const auto fd = make_memfd("mapping-test", bytes);
    const auto writer = map(fd.get());
    const auto reader = map(fd.get(), Access::ReadOnly);
    writer.data()[bytes - 1] = std::byte{42};
    CHECK(reader.data()[bytes - 1] == std::byte{42});
}

TEST_CASE("mapping: it is unmapped at its end") {
    const auto fd = make_memfd("mapping-test", bytes);
    const void* address = nullptr;
    {
        const auto mapping = map(fd.get());
        address = mapping.data();
        CHECK(is_mapped(address));
    }
    CHECK_FALSE(is_mapped(address));
}

TEST_CASE("mapping: it outlives its descriptor") {
    auto fd = make_memfd("mapping-test", bytes);
    const auto mapping = map(fd.get());
    fd = {};
    mapping.data()[0] = std::byte{1};
    CHECK(mapping.data()[0] == std::byte{1});
}

TEST_CASE("mapping: move construction leaves the source empty") {
    const auto fd = make_memfd("mapping-test", bytes);
    auto source = map(fd.get());
    const auto* address = source.data();
    const Mapping target{std::move(source)};
    CHECK(target.data() == address);
    CHECK(target.size() == bytes);
    CHECK_FALSE(source);
}

TEST_CASE("mapping: a move onto a full target unmaps the old memory") {
    const auto fd = make_memfd("mapping-test", bytes);
    auto source = map(fd.get());
    auto target = map(fd.get());
    const auto* old = target.data();
    const auto* address = source.data();
    target = std::move(source);
    CHECK(target.data() == address);
    CHECK(is_mapped(address));
    CHECK_FALSE(is_mapped(old));
    CHECK_FALSE(source);
}

TEST_CASE("mapping: a move onto itself keeps the memory") {
    const auto fd = make_memfd("mapping-test", bytes);
    auto mapping = map(fd.get());
    const auto* address = mapping.data();
    auto& same = mapping;
    mapping = std::move(same);
    CHECK(mapping.data() == address);
    CHECK(is_mapped(address));
}

TEST_CASE("mapping: no descriptor is an error that names the object") {
    try {
        const auto mapping = map(-1);
        FAIL("mapped nothing");
    } catch (const Error& error) {
        CHECK(error.errc() == Errc::SystemError);
        CHECK(std::string{error.what()}.starts_with("mapping-test: mmap: "));
    }
}

TEST_CASE("mapping: populated memory is there from the start") {
    const auto fd = make_memfd("mapping-test", bytes);
    const Mapping mapping{fd.get(), bytes, Access::ReadWrite, Populate::Now, "mapping-test"};
    unsigned char resident[2] = {};
    REQUIRE(::mincore(mapping.data(), bytes, resident) == 0);
    CHECK((resident[0] & 1) == 1);
    CHECK((resident[1] & 1) == 1);
}

TEST_CASE("mapping: a forked child faults on a writable one") {
    const auto fd = make_memfd("mapping-test", bytes);
    const auto mapping = map(fd.get());
    const int status = run_in_child([&] {
        static_cast<volatile std::byte*>(mapping.data())[0] = std::byte{1};
        return 0;
    });
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGSEGV);
}

TEST_CASE("mapping: a forked child keeps a read-only one") {
    const auto fd = make_memfd("mapping-test", bytes);
    const auto writer = map(fd.get());
    const auto reader = map(fd.get(), Access::ReadOnly);
    writer.data()[0] = std::byte{7};
    const int status = run_in_child(
        [&] { return static_cast<int>(static_cast<volatile std::byte*>(reader.data())[0]); });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 7);
}

TEST_CASE("mapping: writing through a read-only one faults") {
    const auto fd = make_memfd("mapping-test", bytes);
    const auto reader = map(fd.get(), Access::ReadOnly);
    const int status = run_in_child([&] {
        static_cast<volatile std::byte*>(reader.data())[0] = std::byte{1};
        return 0;
    });
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGSEGV);
}

}  // namespace
}  // namespace bus::base
