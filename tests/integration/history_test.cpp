// What a subscriber finds that comes late.
#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"

using namespace integration;

namespace {

constexpr std::uint64_t kept = 5;

// What a subscriber that comes now takes.
Ledger late_ledger(const bus::Connection& connection, std::uint64_t first) {
    bus::BytesSubscriber late{connection, "topic"};
    Ledger ledger;
    ledger.begin(1, first);
    take_rest(late, ledger);
    return ledger;
}

bus::TopicOptions keeping(std::uint32_t history, bus::Overflow overflow) {
    return {.size = 64, .history = history, .overflow = overflow};
}

}  // namespace

TEST_CASE("history: a late subscriber starts at what history keeps") {
    for (const auto overflow : {bus::Overflow::Block, bus::Overflow::Overwrite}) {
        CAPTURE(to_string(overflow));
        const Stage stage;
        auto connection = stage.connect();
        connection.create_topic("topic", keeping(kept, overflow));
        bus::BytesPublisher publisher{connection, "topic"};
        publish_cargo(publisher, 1, 1, 10'000);
        const auto ledger = late_ledger(connection, 10'000 - kept + 1);
        CHECK(ledger.count() == kept);
        CHECK(ledger.newest(1) == 10'000);
    }
}

TEST_CASE("history: it is shorter when less was published") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", keeping(kept, bus::Overflow::Block));
    bus::BytesPublisher publisher{connection, "topic"};
    publish_cargo(publisher, 1, 1, 2);
    CHECK(late_ledger(connection, 1).count() == 2);
}

TEST_CASE("history: without any, a late subscriber starts at what comes next") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", keeping(0, bus::Overflow::Block));
    bus::BytesPublisher publisher{connection, "topic"};
    publish_cargo(publisher, 1, 1, 100);
    bus::BytesSubscriber late{connection, "topic"};
    CHECK_FALSE(late.take());
    publish_cargo(publisher, 1, 101, 101);
    Ledger ledger;
    ledger.begin(1, 101);
    take_cargo(late, ledger, 1);
}

TEST_CASE("history: it outlives its publisher's process, also one that was killed") {
    for (const auto overflow : {bus::Overflow::Block, bus::Overflow::Overwrite}) {
        CAPTURE(to_string(overflow));
        const Stage stage;
        auto connection = stage.connect();
        connection.create_topic("topic", keeping(kept, overflow));
        Actor giver{"publisher", [&](Cue& cue) {
                        bus::BytesPublisher publisher{stage.connect(), "topic"};
                        publish_cargo(publisher, 1, 1, 1'000);
                        cue.stand("published");
                    }};
        giver.expect("published");
        giver.kill();
        stage.await_departure("topic", giver.pid());
        const auto ledger = late_ledger(connection, 1'000 - kept + 1);
        CHECK(ledger.count() == kept);
        CHECK(ledger.newest(1) == 1'000);
    }
}

TEST_CASE("history: a subscriber that was there takes all that a publisher left behind") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", keeping(0, bus::Overflow::Block));
    bus::BytesSubscriber feed{connection, "topic"};
    {
        bus::BytesPublisher publisher{connection, "topic"};
        publish_cargo(publisher, 1, 1, 50);
    }
    Ledger ledger;
    take_cargo(feed, ledger, 50);
    CHECK_FALSE(feed.take());
    CHECK(feed.publishers() == 0);
}
