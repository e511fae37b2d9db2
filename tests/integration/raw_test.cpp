// A raw region in several processes: its lock, deaths of who holds it, its growth, and what a
// reader may not.
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <sys/mman.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "board.hpp"
#include "refusal.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;
using namespace std::chrono_literals;

namespace {

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
    create_board(stage.connect());
    auto reader = join_board(stage.connect(), bus::Role::Reader);
    constexpr std::uint64_t additions = 5'000;
    const auto adding = [&](Cue& cue) {
        auto region = join_board(stage.connect(), bus::Role::Writer);
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
    create_board(stage.connect());
    auto writer = join_board(stage.connect(), bus::Role::Writer);
    auto reader = join_board(stage.connect(), bus::Role::Reader);
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
    create_board(stage.connect());
    auto next = join_board(stage.connect(), bus::Role::Writer);
    Actor holder{"holder", [&](Cue& cue) {
                     auto region = join_board(stage.connect(), bus::Role::Writer);
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

TEST_CASE("raw: a reader that is killed while it reads keeps no writer waiting") {
    const Stage stage;
    create_board(stage.connect());
    auto writer = join_board(stage.connect(), bus::Role::Writer);
    Actor reader{"reader", [&](Cue& cue) {
                     auto region = join_board(stage.connect(), bus::Role::Reader);
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
    create_board(stage.connect());
    auto writer = join_board(stage.connect(), bus::Role::Writer);
    Actor reader{"reader", [&](Cue& cue) {
                     auto region = join_board(stage.connect(), bus::Role::Reader);
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
    create_board(stage.connect());
    auto writer = join_board(stage.connect(), bus::Role::Writer);
    auto reader = join_board(stage.connect(), bus::Role::Reader);
    {
        const auto lock = writer.lock();
        put(writer, 42);
        writer.grow(lock, 4 * board_size);
        CHECK(writer.bytes().size() == 4 * board_size);
    }
    CHECK(reader.bytes().size() == board_size);
    const auto lock = reader.lock();
    REQUIRE(lock);
    CHECK(reader.generation() == 2);
    CHECK(reader.bytes().size() == 4 * board_size);
    CHECK(number_in(reader) == 42);
    const auto status = stage.connect().status("board");
    CHECK(status.generation == 2);
    CHECK(status.region.size == 4 * board_size);
}

TEST_CASE("raw: what a reader has it cannot make writable, nor can it grow the region") {
    const Stage stage;
    create_board(stage.connect());
    auto reader = join_board(stage.connect(), bus::Role::Reader);
    CHECK(reader.writable_bytes().empty());
    auto* bytes = const_cast<std::byte*>(reader.bytes().data());
    CHECK(::mprotect(bytes, board_size, PROT_READ | PROT_WRITE) == -1);
    const auto lock = reader.lock();
    CHECK(refusal([&] { reader.grow(lock, 2 * board_size); }) == bus::Errc::AccessDenied);
}

TEST_CASE("raw: a region that does not grow says why and is as it was") {
    const Stage stage;
    create_board(stage.connect());
    auto writer = join_board(stage.connect(), bus::Role::Writer);
    put(writer, 5);
    const auto lock = writer.lock();
    CHECK(refusal([&] { writer.grow(lock, board_size); }) == bus::Errc::InvalidArgument);
    CHECK(writer.bytes().size() == board_size);
    CHECK(number_in(writer) == 5);
    CHECK(writer.generation() == 1);
}

TEST_CASE("raw: a region grows under readers, each of whom sees all of one generation") {
    const Stage stage;
    create_board(stage.connect());
    auto writer = join_board(stage.connect(), bus::Role::Writer);
    constexpr std::uint64_t growths = 20;
    Actor reader{"reader", [&](Cue& cue) {
                     auto region = join_board(stage.connect(), bus::Role::Reader);
                     cue.stand("ready");
                     for (std::uint64_t seen = 0; seen < growths + 1;) {
                         const auto lock = region.lock();
                         Cue::require(bool(lock), "the lock was not had");
                         const auto number = number_in(region);
                         Cue::require(number >= seen, "it went back");
                         Cue::require(region.bytes().size() == board_size * region.generation(),
                                      "the bytes are another generation's");
                         Cue::require(number <= region.generation(), "it is ahead of its bytes");
                         seen = number;
                     }
                 }};
    reader.expect("ready");
    reader.proceed();
    for (std::uint64_t growth = 1; growth <= growths; ++growth) {
        const auto lock = writer.lock();
        put(writer, growth);
        writer.grow(lock, (growth + 1) * board_size);
        put(writer, growth + 1);
    }
    reader.finish();
}

TEST_CASE("raw: who does not move over keeps the bytes that it has") {
    const Stage stage;
    create_board(stage.connect());
    auto writer = join_board(stage.connect(), bus::Role::Writer);
    put(writer, 42);
    auto reader = join_board(stage.connect(), bus::Role::Reader);
    for (std::size_t factor = 2; factor < 5; ++factor)
        writer.grow(writer.lock(), factor * board_size);
    put(writer, 43);
    CHECK(reader.bytes().size() == board_size);
    CHECK(number_in(reader) == 42);
    REQUIRE(reader.refresh());
    CHECK(reader.generation() == 4);
    CHECK(number_in(reader) == 43);
}

TEST_CASE("raw: who takes the bytes for another type is refused") {
    const Stage stage;
    stage.connect().create_raw("typed", {.size = board_size, .type = "Board"});
    check_refused(bus::Errc::TypeMismatch, {"typed", "\"Board\"", "\"Ledger\""}, [&] {
        bus::Region{stage.connect(), "typed", bus::Role::Reader, {.type = "Ledger"}};
    });
    for (const auto* type : {"Board", ""})
        CHECK_NOTHROW(bus::Region(stage.connect(), "typed", bus::Role::Reader, {.type = type}));
}

TEST_CASE("raw: the first writer creates the region, the next one finds it") {
    const Stage stage;
    const bus::RawOptions options{.size = board_size, .fence = bus::Fence::Full};
    bus::Region first{stage.connect(), "board", options};
    put(first, 9);
    bus::Region second{stage.connect(), "board", options};
    CHECK(number_in(second) == 9);
    put(second, 10);
    CHECK(number_in(first) == 10);
}

TEST_CASE("raw: nobody publishes in a raw region, and nobody writes in a topic") {
    const Stage stage;
    create_board(stage.connect());
    stage.connect().create_topic("topic", {.size = 64});
    CHECK(refusal([&] {
              bus::BytesPublisher{stage.connect(), "board"};
          }) == bus::Errc::KindMismatch);
    CHECK(refusal([&] {
              bus::Region{stage.connect(), "topic", bus::Role::Writer};
          }) == bus::Errc::KindMismatch);
}
