// A publisher's process is killed at a named point; the subscriber, in this process, goes on.
#include <csignal>
#include <cstring>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

namespace {

constexpr std::uint64_t published = 3;

// The next event of this kind, whatever comes before it.
bus::Event await_event(bus::Watch& watch, bus::Event::What what) {
    for (;;) {
        const auto event = watch.next(patience);
        if (!event) give_up("an event");
        if (event->what == what) return *event;
    }
}

// Kills `giver` where it stands; the other end must get exactly what was published before, status
// must show the departure, a new publisher must get through, and no semaphore may stay behind.
void check_death(const Stage& stage, Actor& giver, bus::BytesSubscriber& feed) {
    auto connection = stage.connect();
    bus::Watch watch{connection};
    giver.kill();
    const auto event = await_event(watch, bus::Event::What::Died);
    CHECK(event.region == "topic");
    CHECK(event.role == bus::Role::Publisher);
    CHECK(event.pid == giver.pid());
    CHECK(connection.status("topic").region.publishers == 0);
    const auto row = stage.row_of("topic", giver.pid());
    REQUIRE(row);
    CHECK(row->state == bus::State::Departed);
    CHECK(row->samples == published);

    Ledger ledger;
    take_cargo(feed, ledger, published);
    CHECK_FALSE(feed.take());
    CHECK(feed.missed() == 0);
    CHECK(feed.publishers() == 0);
    CHECK(feed.state() == bus::State::Active);

    bus::BytesPublisher next{connection, "topic"};
    CHECK_FALSE(stage.row_of("topic", giver.pid()));  // drained, so let go of
    publish_cargo(next, 2, 1, 100);
    take_cargo(feed, ledger, published + 100);
    CHECK(stage.semaphores().size() == 2);  // those of the two that live
}

}  // namespace

TEST_CASE("publisher death: between loans, what it published is taken and then it is dropped") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .slots = 128});
    std::optional<bus::BytesSubscriber> feed{std::in_place, stage.connect(), "topic"};
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "topic"};
                    publish_cargo(publisher, 1, 1, published);
                    cue.stand("between loans");
                }};
    giver.expect("between loans");
    check_death(stage, giver, *feed);
    feed.reset();
    CHECK(stage.semaphores().empty());
}

TEST_CASE("publisher death: with a loan in hand, the loan was never seen") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .slots = 128});
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "topic"};
                    publish_cargo(publisher, 1, 1, published);
                    const auto loan = publisher.loan();
                    cue.stand("loan in hand");
                }};
    giver.expect("loan in hand");
    check_death(stage, giver, feed);
}

TEST_CASE("publisher death: half-written, the sample was never visible") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .slots = 128});
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "topic"};
                    publish_cargo(publisher, 1, 1, published);
                    auto loan = publisher.loan();
                    std::memset(loan.data(), 0xff, loan.capacity() / 2);
                    cue.stand("half-written");
                }};
    giver.expect("half-written");
    check_death(stage, giver, feed);
}

TEST_CASE("publisher death: with an older loan in hand, later ones were not seen either") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .slots = 128});
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "topic"};
                    publish_cargo(publisher, 1, 1, published);
                    const auto older = publisher.loan();
                    auto later = publisher.loan();
                    load(later.bytes(), 1, published + 1);
                    publisher.publish(std::move(later), least_cargo);
                    cue.stand("older loan in hand");
                }};
    giver.expect("older loan in hand");
    check_death(stage, giver, feed);
}

TEST_CASE("publisher death: asleep for want of room") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .slots = published});
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "topic"};
                    publish_cargo(publisher, 1, 1, published);
                    cue.tell("blocked");
                    const auto loan = publisher.loan(patience);
                    cue.stand("there was room");
                }};
    giver.expect("blocked");
    stage.halt_asleep("topic", giver);
    auto connection = stage.connect();
    bus::Watch watch{connection};
    giver.kill();
    await_event(watch, bus::Event::What::Died);
    CHECK(stage.row_of("topic", giver.pid())->state == bus::State::Departed);
    Ledger ledger;
    take_cargo(feed, ledger, published);
    CHECK_FALSE(feed.take());
    CHECK(stage.semaphores().size() == 2);  // its own stays while it is drained
    bus::BytesPublisher next{connection, "topic"};
    publish_cargo(next, 2, 1, 1);
    take_cargo(feed, ledger, published + 1);
    CHECK(stage.semaphores().size() == 2);
}

TEST_CASE("publisher death: before it published anything, nothing of it stays") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64});
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    const auto before = stage.open_in_daemon();
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "topic"};
                    const auto loan = publisher.loan();
                    cue.stand("first loan in hand");
                }};
    giver.expect("first loan in hand");
    giver.kill();
    stage.await_departure("topic", giver.pid());
    CHECK_FALSE(stage.row_of("topic", giver.pid()));
    CHECK(stage.open_in_daemon() == before);
    CHECK(stage.semaphores().size() == 1);
    CHECK_FALSE(feed.take());
}

TEST_CASE("publisher death: in the middle of a stream, a prefix arrives and no more was counted") {
    for (const auto overflow : {bus::Overflow::Block, bus::Overflow::Overwrite}) {
        CAPTURE(to_string(overflow));
        const Stage stage;
        stage.connect().create_topic("topic", {.size = 64, .overflow = overflow});
        bus::BytesSubscriber feed{stage.connect(), "topic"};
        Actor giver{"publisher", [&](Cue& cue) {
                        bus::BytesPublisher publisher{stage.connect(), "topic"};
                        cue.tell("streams");
                        publish_cargo(publisher, 1, 1, ~std::uint64_t{0} / 2, 64);
                    }};
        giver.expect("streams");
        Ledger ledger{overflow == bus::Overflow::Block ? Order::Succession : Order::Ascent};
        take_cargo(feed, ledger, 10'000);
        REQUIRE(feed.wait_for(patience));  // what is left to take keeps its row
        giver.kill();
        stage.await_departure("topic", giver.pid());
        const auto row = stage.row_of("topic", giver.pid());
        REQUIRE(row);
        take_rest(feed, ledger);
        // The one being published when it died was visible or not, whole in either case.
        CHECK(ledger.newest(1) >= row->samples);
        CHECK(ledger.newest(1) <= row->samples + 1);
        CHECK(ledger.count() + feed.missed() == ledger.newest(1));
    }
}

TEST_CASE("publisher death: other publishers of the topic go on") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .slots = 8});
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    const auto streaming = [&](std::uint64_t sender) {
        return [&stage, sender](Cue& cue) {
            bus::BytesPublisher publisher{stage.connect(), "topic"};
            cue.stand("ready");
            publish_cargo(publisher, sender, 1, 20'000);
            cue.stand("done");
        };
    };
    Actor victim{"victim", streaming(1)};
    Actor survivor{"survivor", streaming(2)};
    victim.expect("ready");
    survivor.expect("ready");
    victim.proceed();
    survivor.proceed();
    Ledger ledger;
    take_cargo(feed, ledger, 1'000);
    victim.kill();
    take_until(feed, ledger, 2, 20'000);
    CHECK(ledger.sum(2) == sum_to(20'000));
    survivor.expect("done");
    survivor.finish();
}
