// A region that is removed while it is used.
#include <csignal>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

TEST_CASE("removal: a subscriber asleep is told, and its wait ends") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64});
    Actor taker{"subscriber", [&](Cue& cue) {
                    bus::BytesSubscriber feed{stage.connect(), "topic"};
                    cue.tell("waits");
                    while (feed.state() == bus::State::Active)
                        Cue::require(!feed.wait_for(patience), "there is nothing to take");
                    Cue::require(!feed.wait_for(patience), "there is nothing to take");
                    cue.stand("told", std::string{to_string(feed.state())});
                }};
    taker.expect("waits");
    stage.halt_asleep("topic", taker);
    stage.connect().remove("topic");
    taker.process().signal(SIGCONT);
    CHECK(taker.expect("told") == "removed");
    taker.finish();
}

TEST_CASE("removal: a publisher asleep for want of room is told, and its wait ends") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .slots = 2});
    const bus::BytesSubscriber feed{stage.connect(), "topic"};
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "topic"};
                    publish_cargo(publisher, 1, 1, 2);
                    cue.tell("waits");
                    Cue::require(!publisher.loan(patience), "there was room");
                    Cue::require(!publisher.try_loan(), "there was room");
                    Cue::require(publisher.publish({}) == bus::Outcome::Ended, "it has not ended");
                    cue.stand("told", std::string{to_string(publisher.state())});
                }};
    giver.expect("waits");
    stage.halt_asleep("topic", giver);
    stage.connect().remove("topic");
    giver.process().signal(SIGCONT);
    CHECK(giver.expect("told") == "removed");
    giver.finish();
}

TEST_CASE("removal: samples and loans in hand stay good until they are given back") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64});
    bus::BytesPublisher publisher{connection, "topic"};
    bus::BytesSubscriber feed{connection, "topic"};
    publish_cargo(publisher, 1, 1, 2, 64);
    const auto sample = feed.take();
    auto loan = publisher.loan();
    connection.remove("topic");
    Ledger ledger;
    CHECK_NOTHROW(ledger.enter(sample));
    load(loan.bytes(), 1, 3);
    publisher.publish(std::move(loan), 64);
    take_rest(feed, ledger);  // what was published before can still be taken
    CHECK(ledger.count() >= 2);
    CHECK(feed.state() == bus::State::Removed);
    CHECK(publisher.state() == bus::State::Removed);
    CHECK_FALSE(connection.contains("topic"));
}

TEST_CASE("removal: the daemon lets go of everything, and the name is free again") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("first", {.size = 64});
    connection.remove("first");
    const auto before = stage.open_in_daemon();
    connection.create_topic("topic", {.size = 64});
    bus::BytesPublisher old{connection, "topic"};
    const bus::BytesSubscriber feed{connection, "topic"};
    CHECK(stage.open_in_daemon() == Stage::Open{before.descriptors + 3, before.segments + 3});
    connection.remove("topic");
    CHECK(stage.open_in_daemon() == before);
    CHECK(stage.semaphores().empty());
    CHECK(stage.usage()["total"] == 0);
    connection.create_topic("topic", {.size = 128});
    bus::BytesSubscriber fresh{connection, "topic"};
    CHECK_FALSE(old.try_loan());
    CHECK_FALSE(fresh.take());
    CHECK(old.state() == bus::State::Removed);
}
