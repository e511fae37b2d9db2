// Topics in which the newest wins.
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

namespace {

const bus::TopicOptions newest_wins{.size = 64, .overflow = bus::Overflow::Overwrite};

}  // namespace

TEST_CASE("overwrite: taken and missed together are what was published") {
    const Stage stage;
    stage.connect().create_topic("fast", newest_wins);
    constexpr std::uint64_t count = 300'000;
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "fast"};
                    cue.stand("ready");
                    publish_cargo(publisher, 1, 1, count, 40);
                    cue.stand("done");
                }};
    giver.expect("ready");
    bus::BytesSubscriber feed{stage.connect(), "fast"};
    Ledger ledger{Order::Ascent};
    giver.proceed();
    take_until(feed, ledger, 1, count);
    CHECK(ledger.count() + feed.missed() == count);
    giver.expect("done");
    const auto row = stage.row_of("fast", ::getpid());
    REQUIRE(row);
    CHECK(row->samples == ledger.count());
    CHECK(row->missed == feed.missed());
    giver.finish();
}

TEST_CASE("overwrite: a subscriber that sleeps through the stream counts all that it missed") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("fast", newest_wins);
    bus::BytesSubscriber feed{connection, "fast"};
    bus::BytesPublisher publisher{connection, "fast"};
    constexpr std::uint64_t count = 100'000;
    publish_cargo(publisher, 1, 1, count);
    Ledger ledger{Order::Ascent};
    take_rest(feed, ledger);
    CHECK(ledger.newest(1) == count);
    CHECK(ledger.count() < count);
    CHECK(ledger.count() + feed.missed() == count);
}

TEST_CASE("overwrite: a held sample stays as it is while its publisher laps it") {
    const Stage stage;
    stage.connect().create_topic("fast", newest_wins);
    bus::BytesSubscriber feed{stage.connect(), "fast"};
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "fast"};
                    publish_cargo(publisher, 1, 1, 2, 64);
                    cue.stand("begun");
                    publish_cargo(publisher, 1, 3, 100'000, 64);
                    cue.stand("lapped");
                }};
    giver.expect("begun");
    const auto first = feed.take();
    const auto second = feed.take();
    REQUIRE(first);
    REQUIRE(second);
    giver.proceed();
    giver.expect("lapped");
    Ledger ledger;
    CHECK_NOTHROW(ledger.enter(first));
    CHECK_NOTHROW(ledger.enter(second));
    CHECK(first.sequence() == 1);
    CHECK(second.sequence() == 2);
    giver.finish();
}

TEST_CASE("overwrite: a publisher never waits for a subscriber that keeps all it may hold") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("fast", newest_wins);
    bus::BytesSubscriber feed{connection, "fast"};
    bus::BytesPublisher publisher{connection, "fast"};
    publish_cargo(publisher, 1, 1, 2);
    const auto first = feed.take();
    const auto second = feed.take();
    for (std::uint64_t number = 3; number <= 50'000; ++number) {
        auto loan = publisher.try_loan();
        REQUIRE(loan);
        load(loan.bytes(), 1, number);
        publisher.publish(std::move(loan), least_cargo);
    }
    CHECK_FALSE(feed.take());  // both of its holds are out
    CHECK(stage.row_of("fast", ::getpid())->stalls == 0);
}

TEST_CASE("overwrite: latest() gives the newest sample and passes over the rest") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("fast", newest_wins);
    bus::BytesSubscriber feed{connection, "fast"};
    bus::BytesPublisher publisher{connection, "fast"};
    publish_cargo(publisher, 1, 1, 10);
    Ledger ledger{Order::Ascent};
    ledger.enter(feed.latest());
    CHECK(ledger.newest(1) == 10);
    CHECK_FALSE(feed.latest());
    CHECK_FALSE(feed.take());
    CHECK(feed.missed() == 0);
}

TEST_CASE("latest: in a lossless topic too, and it frees what it passed over") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("slow", {.size = 64, .slots = 4});
    bus::BytesSubscriber feed{connection, "slow"};
    bus::BytesPublisher publisher{connection, "slow"};
    publish_cargo(publisher, 1, 1, 4);
    CHECK_FALSE(publisher.try_loan());
    {
        Ledger ledger{Order::Ascent};
        ledger.enter(feed.latest());
        CHECK(ledger.newest(1) == 4);
    }
    publish_cargo(publisher, 1, 5, 8);
    CHECK_FALSE(publisher.try_loan());
}
