// A subscriber's process is killed at a named point; publisher and other subscribers go on.
#include <csignal>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

namespace {

// After the victim's death: the daemon said so, status and /dev/shm have forgotten it.
void check_forgotten(const Stage& stage, bus::Watch& watch, const Actor& victim,
                     std::size_t survivors) {
    for (;;) {
        const auto event = watch.next(patience);
        if (!event) give_up("the event of the death");
        if (event->what != bus::Event::What::Died) continue;
        CHECK(event->role == bus::Role::Subscriber);
        CHECK(event->pid == victim.pid());
        break;
    }
    CHECK_FALSE(stage.row_of("topic", victim.pid()));
    CHECK(stage.semaphores().size() == survivors);
}

Actor::Role holder(const Stage& stage) {
    return [&stage](Cue& cue) {
        bus::BytesSubscriber feed{stage.connect(), "topic"};
        cue.stand("ready");
        Cue::require(feed.wait_for(patience), "nothing came");
        const auto sample = feed.take();
        Cue::require(static_cast<bool>(sample), "there is no sample");
        cue.stand("holds a sample");
    };
}

}  // namespace

TEST_CASE(
    "subscriber death: holding a sample of a lossless topic, it frees the publisher that it "
    "blocked") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .slots = 4});
    bus::BytesSubscriber survivor{stage.connect(), "topic"};
    Actor victim{"victim", holder(stage)};
    victim.expect("ready");
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "topic"};
                    publish_cargo(publisher, 1, 1, 4);
                    cue.tell("full");
                    publish_cargo(publisher, 1, 5, 5'000);
                    cue.stand("done");
                }};
    giver.expect("full");
    victim.proceed();
    victim.expect("holds a sample");
    Ledger ledger;
    take_cargo(survivor, ledger, 4);
    CHECK_FALSE(survivor.take());
    CHECK(stage.row_of("topic", victim.pid())->lanes.at(0).lag == 4);
    stage.halt_asleep("topic", giver);  // nobody else keeps it waiting
    giver.process().signal(SIGCONT);
    auto connection = stage.connect();
    bus::Watch watch{connection};
    victim.kill();
    take_cargo(survivor, ledger, 5'000);
    check_forgotten(stage, watch, victim, 2);
    giver.expect("done");
    giver.finish();
}

TEST_CASE("subscriber death: holding a sample of an overwriting topic, its hold ends with it") {
    const Stage stage;
    stage.connect().create_topic(
        "topic", {.size = 64, .overflow = bus::Overflow::Overwrite, .subscribers = 2, .holds = 1});
    bus::BytesSubscriber survivor{stage.connect(), "topic"};
    Actor victim{"victim", holder(stage)};
    victim.expect("ready");
    auto connection = stage.connect();
    bus::BytesPublisher publisher{connection, "topic"};
    const auto slots = connection.status("topic").slots;
    publish_cargo(publisher, 1, 1, 1);
    victim.proceed();
    victim.expect("holds a sample");
    CHECK(stage.row_of("topic", victim.pid())->holds == 1);
    publish_cargo(publisher, 1, 2, 10 * slots);
    // Every lap the held slot is passed over, and its sequence is a gap.
    Ledger ledger{Order::Ascent};
    take_rest(survivor, ledger);
    CHECK(ledger.count() + survivor.missed() == 10 * slots);
    bus::Watch watch{connection};
    victim.kill();
    check_forgotten(stage, watch, victim, 2);
    // Two laps on, the slot is used again: a whole ring has no gap.
    publish_cargo(publisher, 1, 10 * slots + 1, 12 * slots);
    take_rest(survivor, ledger);
    std::uint64_t last = 0;
    for (std::uint64_t number = 12 * slots + 1; number <= 13 * slots; ++number) {
        publish_cargo(publisher, 1, number, number);
        const auto sample = survivor.take();
        REQUIRE(sample);
        if (last != 0) CHECK(sample.sequence() == last + 1);
        last = sample.sequence();
    }
}

TEST_CASE("subscriber death: asleep") {
    for (const auto overflow : {bus::Overflow::Block, bus::Overflow::Overwrite}) {
        CAPTURE(to_string(overflow));
        const Stage stage;
        stage.connect().create_topic("topic", {.size = 64, .slots = 4, .overflow = overflow});
        bus::BytesPublisher publisher{stage.connect(), "topic"};
        Actor victim{"victim", [&](Cue& cue) {
                         bus::BytesSubscriber feed{stage.connect(), "topic"};
                         cue.tell("waits");
                         const bool came = feed.wait_for(patience);
                         cue.stand(came ? "woken" : "not woken");
                     }};
        victim.expect("waits");
        stage.halt_asleep("topic", victim);
        auto connection = stage.connect();
        bus::Watch watch{connection};
        victim.kill();
        publish_cargo(publisher, 1, 1, 1'000);
        check_forgotten(stage, watch, victim, 1);
        CHECK(publisher.subscribers() == 0);
    }
}

TEST_CASE("subscriber death: in the middle of a stream, the other subscriber loses nothing") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .slots = 16});
    bus::BytesSubscriber survivor{stage.connect(), "topic"};
    Actor victim{"victim", [&](Cue& cue) {
                     bus::BytesSubscriber feed{stage.connect(), "topic"};
                     cue.tell("ready");
                     Ledger ledger;
                     take_cargo(feed, ledger, 1'000);
                     cue.tell("streams");
                     take_cargo(feed, ledger, ~std::uint64_t{0});
                 }};
    victim.expect("ready");
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "topic"};
                    cue.stand("ready");
                    publish_cargo(publisher, 1, 1, 50'000);
                    cue.stand("done");
                }};
    giver.expect("ready");
    giver.proceed();
    Ledger ledger;
    take_cargo(survivor, ledger, 1'000);
    victim.expect("streams");
    auto connection = stage.connect();
    bus::Watch watch{connection};
    victim.kill();
    take_cargo(survivor, ledger, 50'000);
    CHECK(ledger.sum(1) == sum_to(50'000));
    check_forgotten(stage, watch, victim, 2);
    giver.expect("done");
    giver.finish();
}

TEST_CASE("subscriber death: in an event loop, its descriptor goes with it") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64});
    bus::BytesPublisher publisher{stage.connect(), "topic"};
    const auto before = stage.open_in_daemon();
    Actor victim{
        "victim", [&](Cue& cue) {
            bus::BytesSubscriber feed{stage.connect(), "topic", {.waker = bus::Waker::EventFd}};
            cue.stand(feed.take() ? "took" : "armed");
        }};
    victim.expect("armed");
    CHECK(stage.open_in_daemon().descriptors == before.descriptors + 2);
    victim.kill();
    stage.await_departure("topic", victim.pid());
    CHECK(stage.open_in_daemon() == before);
    publish_cargo(publisher, 1, 1, 10);
}

TEST_CASE("subscriber death: a hundred in a row leave nothing behind") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .subscribers = 2});
    bus::BytesPublisher publisher{stage.connect(), "topic"};
    const auto before = stage.open_in_daemon();
    for (int round = 0; round < 100; ++round) {
        Actor victim{"victim", [&](Cue& cue) {
                         const bus::BytesSubscriber feed{stage.connect(), "topic"};
                         cue.stand("attached");
                     }};
        victim.expect("attached");
        victim.kill();
        stage.await_departure("topic", victim.pid());
    }
    CHECK(stage.open_in_daemon() == before);
    CHECK(stage.semaphores().size() == 1);
    CHECK(stage.usage()["attachments"] == 1);
}
