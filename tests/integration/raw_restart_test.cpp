// A raw region while its daemon is dead, and after the next one has taken it up.
#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "actor.hpp"
#include "board.hpp"
#include "keeper.hpp"
#include "refusal.hpp"
#include "tamper.hpp"
#include "watchdog.hpp"
#include "wire_client.hpp"

using namespace integration;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t requires_bits_at = 8;  // in every segment, and in the roster
constexpr std::uint32_t unknown_bit = 1U << 31;

}  // namespace

TEST_CASE(
    "raw restart: without a daemon lock, bytes and notifications go on, and so they do later") {
    const PrivateBus bus;
    Keeper keeper{bus};
    create_board(keeper.connect());
    auto writer = join_board(keeper.connect(), bus::Role::Writer);
    auto reader = join_board(keeper.connect(), bus::Role::Reader);
    const auto exchange = [&](std::uint64_t number) {
        {
            const auto lock = writer.lock();
            REQUIRE(lock);
            CHECK_FALSE(lock.abandoned());
            put(writer, number);
        }
        writer.notify();
        CHECK(reader.wait_for(patience));
        const auto lock = reader.lock();
        REQUIRE(lock);
        CHECK(number_in(reader) == number);
    };
    exchange(1);
    keeper.kill();
    exchange(2);
    keeper.start();
    exchange(3);
    auto newcomer = join_board(keeper.connect(), bus::Role::Writer);
    const auto lock = newcomer.lock();
    REQUIRE(lock);
    CHECK(number_in(newcomer) == 3);
    CHECK_FALSE(reader.try_lock_for(0ns));
}

TEST_CASE("raw restart: the lock of a writer that died meanwhile is the next one's, abandoned") {
    const PrivateBus bus;
    Keeper keeper{bus};
    create_board(keeper.connect());
    auto next = join_board(keeper.connect(), bus::Role::Writer);
    Actor holder{"holder", [&](Cue& cue) {
                     auto region = join_board(keeper.connect(), bus::Role::Writer);
                     const auto lock = region.lock();
                     put(region, 7);
                     cue.stand("holding");
                 }};
    holder.expect("holding");
    keeper.kill();
    holder.kill();
    CHECK_FALSE(next.try_lock_for(1ms));
    keeper.start();
    const auto lock = next.try_lock_for(patience);
    REQUIRE(lock);
    CHECK(lock.abandoned());
    CHECK(number_in(next) == 7);
}

TEST_CASE("raw restart: one that holds the lock all the time has it before, between and after") {
    const PrivateBus bus;
    Keeper keeper{bus};
    create_board(keeper.connect());
    auto holder = join_board(keeper.connect(), bus::Role::Writer);
    auto next = join_board(keeper.connect(), bus::Role::Writer);
    auto lock = holder.lock();
    keeper.kill();
    CHECK_FALSE(next.try_lock_for(1ms));
    keeper.start();
    CHECK_FALSE(next.try_lock_for(1ms));
    lock = {};
    lock = next.try_lock_for(patience);
    REQUIRE(lock);
    CHECK_FALSE(lock.abandoned());
}

TEST_CASE("raw restart: a reader that died meanwhile keeps no writer waiting") {
    const PrivateBus bus;
    Keeper keeper{bus};
    create_board(keeper.connect());
    auto writer = join_board(keeper.connect(), bus::Role::Writer);
    Actor reader{"reader", [&](Cue& cue) {
                     auto region = join_board(keeper.connect(), bus::Role::Reader);
                     const auto lock = region.lock();
                     cue.stand("reading");
                 }};
    reader.expect("reading");
    keeper.kill();
    reader.kill();
    CHECK_FALSE(writer.try_lock_for(1ms));
    keeper.start();
    CHECK(writer.try_lock_for(patience));
}

TEST_CASE("raw restart: bytes that were not announced are forgotten, and it grows another time") {
    const PrivateBus bus;
    Keeper keeper{bus};
    create_board(keeper.connect());
    auto writer = join_board(keeper.connect(), bus::Role::Writer);
    put(writer, 42);
    WireClient client{bus.address()};
    const auto own = client.join("board", "writer");
    const auto grown = client.grow("board", own.id, 2 * board_size);
    CHECK(grown.generation == 2);
    keeper.kill();
    keeper.start();
    CHECK_THROWS_AS(client.announce("board", own.id, grown.generation), Refused);
    writer.grow(writer.lock(), 4 * board_size);
    CHECK(writer.bytes().size() == 4 * board_size);
    CHECK(number_in(writer) == 42);
}

TEST_CASE("raw restart: killed while it grows 10 times under a reader, and nothing is lost") {
    const PrivateBus bus;
    Keeper keeper{bus};
    create_board(keeper.connect());
    constexpr std::uint64_t growths = 10;
    auto reader = join_board(keeper.connect(), bus::Role::Reader);
    Actor writer{"writer", [&](Cue& cue) {
                     auto region = join_board(keeper.connect(), bus::Role::Writer);
                     cue.stand("ready");
                     for (std::uint64_t growth = 1; growth <= growths; ++growth) {
                         const auto lock = region.lock();
                         Cue::require(bool(lock), "the lock was not had");
                         Cue::require(number_in(region) == growth - 1, "a number was lost");
                         const auto bytes = (growth + 1) * board_size;
                         // Between Grow and Announce it may be another daemon's, which knows of
                         // no growth; the region is then as it was.
                         while (region.bytes().size() != bytes) try {
                                 region.grow(lock, bytes);
                             } catch (const bus::Error& error) {
                                 Cue::require(error.errc() == bus::Errc::InvalidArgument,
                                              error.what());
                             }
                         put(region, growth);
                         cue.tell("grown");
                     }
                     cue.stand("done");
                 }};
    writer.expect("ready");
    writer.proceed();
    for (std::uint64_t growth = 1; growth <= growths; ++growth) {
        keeper.kill();
        keeper.start();
        writer.expect("grown");
        const auto lock = reader.try_lock_for(patience);
        REQUIRE(lock);
        CHECK(number_in(reader) >= growth);
    }
    writer.expect("done");
    writer.finish();
    CHECK(keeper.connect().status("board").region.size == (growths + 1) * board_size);
}

TEST_CASE("raw restart: who finds a layout that it does not know is told, and nobody else minds") {
    const PrivateBus bus;
    Keeper keeper{bus};
    create_board(keeper.connect());
    auto writer = join_board(keeper.connect(), bus::Role::Writer);
    const auto join = [&] { static_cast<void>(join_board(keeper.connect(), bus::Role::Reader)); };
    for (const std::string part : {"r1", "l1"}) {
        CAPTURE(part);
        tamper(keeper.descriptor(part), requires_bits_at, unknown_bit);
        check_refused(bus::Errc::BadSegment, {"board", "0x80000000"}, join);
        CHECK(writer.lock());
        tamper(keeper.descriptor(part), requires_bits_at, 0);
        CHECK_NOTHROW(join());
    }
}
