// Who sleeps is woken.
#include <csignal>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;
using namespace std::chrono_literals;

namespace {

void resume(Actor& actor) { actor.process().signal(SIGCONT); }

}  // namespace

TEST_CASE("sleeping: a subscriber asleep is woken by the next sample") {
    for (const auto fence : {bus::Fence::Asymmetric, bus::Fence::Full}) {
        CAPTURE(to_string(fence));
        const Stage stage;
        stage.connect().create_topic("topic", {.size = 64, .fence = fence});
        bus::BytesPublisher publisher{stage.connect(), "topic"};
        Actor taker{"subscriber", [&](Cue& cue) {
                        bus::BytesSubscriber feed{stage.connect(), "topic"};
                        cue.tell("waits");
                        Cue::require(feed.wait_for(patience), "nothing woke it");
                        Ledger ledger;
                        take_rest(feed, ledger);
                        cue.stand("took", std::to_string(ledger.sum(1)));
                    }};
        taker.expect("waits");
        stage.halt_asleep("topic", taker);
        CHECK(stage.row_of("topic", taker.pid())->asleep);
        const auto before = stage.posts_to("topic", taker.pid());
        publish_cargo(publisher, 1, 1, 1);
        CHECK(stage.posts_to("topic", taker.pid()) == before + 1);
        publish_cargo(publisher, 1, 2, 3);
        CHECK(stage.posts_to("topic", taker.pid()) == before + 1);  // once a sleep
        resume(taker);
        CHECK(taker.expect("took") == "6");
        const auto awake = stage.posts_to("topic", taker.pid());
        publish_cargo(publisher, 1, 4, 100);
        CHECK(stage.posts_to("topic", taker.pid()) == awake);  // nobody sleeps
        taker.finish();
    }
}

TEST_CASE("sleeping: a publisher asleep for want of room is woken by the sample given back") {
    for (const auto fence : {bus::Fence::Asymmetric, bus::Fence::Full}) {
        CAPTURE(to_string(fence));
        const Stage stage;
        stage.connect().create_topic("topic", {.size = 64, .slots = 4, .fence = fence});
        bus::BytesSubscriber feed{stage.connect(), "topic"};
        Actor giver{"publisher", [&](Cue& cue) {
                        bus::BytesPublisher publisher{stage.connect(), "topic"};
                        publish_cargo(publisher, 1, 1, 4);
                        cue.tell("full");
                        publish_cargo(publisher, 1, 5, 5);
                        cue.stand("published");
                    }};
        giver.expect("full");
        stage.halt_asleep("topic", giver);
        const auto row = stage.row_of("topic", giver.pid());
        CHECK(row->samples == 4);
        CHECK(row->stalls == 1);
        const auto before = stage.posts_to("topic", giver.pid());
        Ledger ledger;
        take_cargo(feed, ledger, 1);
        CHECK(stage.posts_to("topic", giver.pid()) == before + 1);
        take_cargo(feed, ledger, 3);
        CHECK(stage.posts_to("topic", giver.pid()) == before + 1);  // once a sleep
        resume(giver);
        giver.expect("published");
        take_cargo(feed, ledger, 5);
        giver.finish();
    }
}

TEST_CASE("sleeping: a subscriber asleep is told of a publisher that joins") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64});
    Actor taker{"subscriber", [&](Cue& cue) {
                    bus::BytesSubscriber feed{stage.connect(), "topic"};
                    cue.tell("waits");
                    Ledger ledger;
                    take_cargo(feed, ledger, 1);
                    cue.stand("took");
                }};
    taker.expect("waits");
    stage.halt_asleep("topic", taker);
    const auto before = stage.posts_to("topic", taker.pid());
    bus::BytesPublisher publisher{stage.connect(), "topic"};
    CHECK(stage.posts_to("topic", taker.pid()) > before);
    publish_cargo(publisher, 1, 1, 1);
    resume(taker);
    taker.expect("took");
    taker.finish();
}

TEST_CASE("sleeping: waits end with nothing when nothing comes") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64, .slots = 2});
    bus::BytesSubscriber feed{connection, "topic"};
    CHECK_FALSE(feed.wait_for(0ns));
    const auto before = std::chrono::steady_clock::now();
    CHECK_FALSE(feed.wait_for(30ms));
    CHECK(std::chrono::steady_clock::now() - before >= 30ms);
    CHECK_FALSE(feed.wait_for(-1ns));
    CHECK(feed.state() == bus::State::Active);
}
