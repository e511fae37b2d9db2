// A raw region in several processes: its lock, deaths of who holds it, its growth, and what a
// reader may not.
#include <chrono>
#include <cstring>
#include <functional>
#include <optional>
#include <string>

#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t size = 4096;

bus::Region join(const Stage& stage, bus::Role role) { return {stage.connect(), "board", role}; }

void create(const Stage& stage) {
    stage.connect().create_raw("board", {.size = size, .fence = bus::Fence::Full});
}

std::uint64_t number_in(const bus::Region& region) {
    std::uint64_t number = 0;
    std::memcpy(&number, region.bytes().data(), sizeof number);
    return number;
}

void put(bus::Region& region, std::uint64_t number) {
    std::memcpy(region.writable_bytes().data(), &number, sizeof number);
}

std::optional<bus::Errc> refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const bus::Error& error) {
        return error.errc();
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("raw: writers in several processes lose no addition, and a reader sees the sum") {
    const Stage stage;
    create(stage);
    auto reader = join(stage, bus::Role::Reader);
    constexpr std::uint64_t additions = 5'000;
    const auto adding = [&](Cue& cue) {
        auto region = join(stage, bus::Role::Writer);
        cue.stand("ready");
        for (std::uint64_t i = 0; i < additions; ++i) {
            const auto lock = region.lock();
            Cue::require(bool(lock), "the lock was not had");
            put(region, number_in(region) + 1);
        }
    };
    Actor one{"one", adding};
    Actor other{"other", adding};
    one.expect("ready");
    other.expect("ready");
    one.proceed();
    other.proceed();
    one.finish();
    other.finish();
    const auto lock = reader.lock();
    REQUIRE(lock);
    CHECK_FALSE(lock.abandoned());
    CHECK(number_in(reader) == 2 * additions);
}

TEST_CASE("raw: while a reader is in, a writer waits, and the other way round") {
    const Stage stage;
    create(stage);
    auto writer = join(stage, bus::Role::Writer);
    auto reader = join(stage, bus::Role::Reader);
    {
        const auto reading = reader.lock();
        REQUIRE(reading);
        CHECK_FALSE(writer.try_lock_for(0ns));
    }
    const auto writing = writer.try_lock_for(patience);
    REQUIRE(writing);
    CHECK_FALSE(reader.try_lock_for(0ns));
}

TEST_CASE("raw: a holder that is killed leaves the lock, abandoned, to one that sleeps for it") {
    const Stage stage;
    create(stage);
    auto next = join(stage, bus::Role::Writer);
    Actor holder{"holder", [&](Cue& cue) {
                     auto region = join(stage, bus::Role::Writer);
                     const auto lock = region.lock();
                     put(region, 7);
                     cue.stand("holding");
                 }};
    holder.expect("holding");
    CHECK_FALSE(next.try_lock_for(1ms));
    CHECK(stage.row_of("board", holder.pid())->holding);
    holder.kill();
    auto lock = next.try_lock_for(patience);
    REQUIRE(lock);
    CHECK(lock.abandoned());
    CHECK(number_in(next) == 7);
    lock = {};
    CHECK_FALSE(next.try_lock_for(patience).abandoned());
}

TEST_CASE("raw: killed after any instruction of lock(), a writer leaves the lock to the next") {
    const Stage stage;
    create(stage);
    auto next = join(stage, bus::Role::Writer);
    bool held = false;
    for (int steps = 1; steps < 2'000 && !held; ++steps) {
        CAPTURE(steps);
        Actor stepped{"stepped", [&](Cue& cue) {
                          auto region = join(stage, bus::Role::Writer);
                          cue.stand("before");
                          ::raise(SIGSTOP);
                          const auto lock = region.lock();
                          cue.stand("after");
                      }};
        stepped.expect("before");
        REQUIRE(::ptrace(PTRACE_SEIZE, stepped.pid(), nullptr, nullptr) == 0);
        stepped.proceed();
        int status = 0;
        REQUIRE(::waitpid(stepped.pid(), &status, __WALL) == stepped.pid());
        for (int i = 0; i < steps; ++i) {
            REQUIRE(::ptrace(PTRACE_SINGLESTEP, stepped.pid(), nullptr, nullptr) == 0);
            REQUIRE(::waitpid(stepped.pid(), &status, __WALL) == stepped.pid());
        }
        const auto row = stage.row_of("board", stepped.pid());
        held = row && row->holding;
        stepped.kill();
        const auto lock = next.try_lock_for(patience);
        REQUIRE(lock);
        CHECK(lock.abandoned() == held);
    }
    CHECK(held);
}

TEST_CASE("raw: a reader that is killed while it reads keeps no writer waiting") {
    const Stage stage;
    create(stage);
    auto writer = join(stage, bus::Role::Writer);
    Actor reader{"reader", [&](Cue& cue) {
                     auto region = join(stage, bus::Role::Reader);
                     const auto lock = region.lock();
                     cue.stand("reading");
                 }};
    reader.expect("reading");
    CHECK_FALSE(writer.try_lock_for(1ms));
    reader.kill();
    const auto lock = writer.try_lock_for(patience);
    REQUIRE(lock);
    CHECK_FALSE(lock.abandoned());
}

TEST_CASE("raw: a notification wakes who waits for it, once") {
    const Stage stage;
    create(stage);
    auto writer = join(stage, bus::Role::Writer);
    Actor reader{"reader", [&](Cue& cue) {
                     auto region = join(stage, bus::Role::Reader);
                     cue.tell("waits");
                     Cue::require(region.wait_for(patience), "nothing was notified");
                     Cue::require(!region.wait_for(0ns), "it was notified twice");
                 }};
    reader.expect("waits");
    writer.notify();
    reader.finish();
}

TEST_CASE("raw: a region that grows keeps its bytes, and a reader moves over with the next lock") {
    const Stage stage;
    create(stage);
    auto writer = join(stage, bus::Role::Writer);
    auto reader = join(stage, bus::Role::Reader);
    {
        const auto lock = writer.lock();
        put(writer, 42);
        writer.grow(lock, 4 * size);
        CHECK(writer.bytes().size() == 4 * size);
    }
    CHECK(reader.bytes().size() == size);
    const auto lock = reader.lock();
    REQUIRE(lock);
    CHECK(reader.generation() == 2);
    CHECK(reader.bytes().size() == 4 * size);
    CHECK(number_in(reader) == 42);
    const auto status = stage.connect().status("board");
    CHECK(status.generation == 2);
    CHECK(status.region.size == 4 * size);
}

TEST_CASE("raw: what a reader has it cannot make writable, nor can it grow the region") {
    const Stage stage;
    create(stage);
    auto reader = join(stage, bus::Role::Reader);
    CHECK(reader.writable_bytes().empty());
    auto* bytes = const_cast<std::byte*>(reader.bytes().data());
    CHECK(::mprotect(bytes, size, PROT_READ | PROT_WRITE) == -1);
    const auto lock = reader.lock();
    CHECK(refusal([&] { reader.grow(lock, 2 * size); }) == bus::Errc::AccessDenied);
}

TEST_CASE("raw: a region that does not grow says why and is as it was") {
    const Stage stage;
    create(stage);
    auto writer = join(stage, bus::Role::Writer);
    put(writer, 5);
    const auto lock = writer.lock();
    CHECK(refusal([&] { writer.grow(lock, size); }) == bus::Errc::InvalidArgument);
    CHECK(writer.bytes().size() == size);
    CHECK(number_in(writer) == 5);
    CHECK(writer.generation() == 1);
}

TEST_CASE("raw: nobody publishes in a raw region, and nobody writes in a topic") {
    const Stage stage;
    create(stage);
    stage.connect().create_topic("topic", {.size = 64});
    CHECK(refusal([&] {
              bus::BytesPublisher{stage.connect(), "board"};
          }) == bus::Errc::KindMismatch);
    CHECK(refusal([&] {
              bus::Region{stage.connect(), "topic", bus::Role::Writer};
          }) == bus::Errc::KindMismatch);
}
