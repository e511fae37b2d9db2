// A subscriber that keeps a lossless topic waiting.
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;
using namespace std::chrono_literals;

namespace {

bus::TopicOptions patient_for(std::chrono::nanoseconds limit) {
    return {.size = 64, .slots = 4, .patience = limit};
}

bus::Event await_eviction(bus::Watch& watch) {
    for (;;) {
        const auto event = watch.next(patience);
        if (!event) give_up("the event of the eviction");
        if (event->what == bus::Event::What::Evicted) return *event;
    }
}

}  // namespace

TEST_CASE("patience: a subscriber that never takes is evicted, both are told, the rest goes on") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", patient_for(50ms));
    bus::Watch watch{connection};
    Actor laggard{"laggard", [&](Cue& cue) {
                      bus::BytesSubscriber feed{stage.connect(), "topic"};
                      cue.stand("never takes");
                      cue.tell("wait", feed.wait_for(patience) ? "there is something" : "ended");
                      cue.stand("told", std::string{to_string(feed.state())});
                  }};
    laggard.expect("never takes");
    Actor good{"good subscriber", [&](Cue& cue) {
                   bus::BytesSubscriber feed{stage.connect(), "topic"};
                   cue.tell("ready");
                   Ledger ledger;
                   take_cargo(feed, ledger, 5'000);
                   cue.stand("took", std::to_string(ledger.sum(1)));
               }};
    good.expect("ready");
    bus::BytesPublisher publisher{connection, "topic"};
    CHECK(connection.status("topic").region.subscribers == 2);
    publish_cargo(publisher, 1, 1, 5'000);
    CHECK(publisher.subscribers() == 1);
    const auto event = await_eviction(watch);
    CHECK(event.pid == laggard.pid());
    CHECK(event.role == bus::Role::Subscriber);
    const auto row = stage.row_of("topic", laggard.pid());
    REQUIRE(row);
    CHECK(row->state == bus::State::Evicted);
    CHECK(connection.status("topic").region.subscribers == 1);
    CHECK(good.expect("took") == std::to_string(sum_to(5'000)));
    laggard.proceed();
    CHECK(laggard.expect("wait") == "ended");
    CHECK(laggard.expect("told") == "evicted");
    laggard.finish();
    good.finish();
    stage.await_departure("topic", laggard.pid());
    CHECK_FALSE(stage.row_of("topic", laggard.pid()));
}

TEST_CASE("patience: a subscriber that keeps a sample for ever is evicted as well") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", patient_for(50ms));
    bus::BytesSubscriber keeper{connection, "topic"};
    bus::BytesPublisher publisher{connection, "topic"};
    publish_cargo(publisher, 1, 1, 1);
    const auto kept = keeper.take();
    REQUIRE(kept);
    publish_cargo(publisher, 1, 2, 100);
    CHECK(keeper.state() == bus::State::Evicted);
    CHECK(publisher.state() == bus::State::Active);
}

TEST_CASE("patience: a publisher in an event loop evicts too") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", patient_for(20ms));
    bus::BytesSubscriber laggard{connection, "topic"};
    bus::BytesPublisher publisher{connection, "topic", {.waker = bus::Waker::EventFd}};
    await("the eviction", [&] {
        if (auto loan = publisher.try_loan()) publisher.publish(std::move(loan), 0);
        return laggard.state() == bus::State::Evicted;
    });
    CHECK(publisher.try_loan());
}

TEST_CASE("patience: while the publisher has room, a subscriber may sleep as long as it likes") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", patient_for(1ns));
    bus::BytesSubscriber sleeper{connection, "topic"};
    bus::BytesPublisher publisher{connection, "topic"};
    for (int round = 0; round < 50; ++round) {
        publish_cargo(publisher, 1, 1 + 4 * static_cast<std::uint64_t>(round),
                      4 + 4 * static_cast<std::uint64_t>(round));
        for (int i = 0; i < 4; ++i) CHECK(sleeper.take());
    }
    CHECK(sleeper.state() == bus::State::Active);
}

TEST_CASE("patience: without it a publisher waits, and nobody is evicted") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", patient_for(0ns));
    bus::BytesSubscriber laggard{connection, "topic"};
    bus::BytesPublisher publisher{connection, "topic"};
    publish_cargo(publisher, 1, 1, 4);
    CHECK_FALSE(publisher.loan(100ms));
    CHECK(laggard.state() == bus::State::Active);
    Ledger ledger;
    take_cargo(laggard, ledger, 4);
    CHECK(publisher.loan(patience));
}

TEST_CASE("patience: one who is evicted can come back") {
    const Stage stage;
    auto connection = stage.connect();
    auto options = patient_for(20ms);
    options.subscribers = 1;
    connection.create_topic("topic", options);
    bus::BytesPublisher publisher{connection, "topic"};
    {
        bus::BytesSubscriber laggard{connection, "topic"};
        publish_cargo(publisher, 1, 1, 5);
        CHECK(laggard.state() == bus::State::Evicted);
        CHECK_FALSE(laggard.wait_for(0ns));
    }
    bus::BytesSubscriber back{connection, "topic"};
    publish_cargo(publisher, 1, 6, 8);
    Ledger ledger;
    ledger.begin(1, 6);
    take_cargo(back, ledger, 3);
}
