// Publishers and subscribers that come and go while others stream.
#include <string>

#include <poll.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

TEST_CASE("joining: subscribers come and go during a stream and the one that stays loses nothing") {
    const Stage stage;
    stage.connect().create_topic("stream", {.size = 64, .slots = 64});
    bus::BytesSubscriber feed{stage.connect(), "stream"};
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "stream"};
                    cue.stand("ready");
                    publish_cargo(publisher, 1, 1, 200'000);
                    cue.stand("done");
                }};
    Actor guests{"guests", [&](Cue& cue) {
                     auto connection = stage.connect();
                     cue.stand("ready");
                     for (int visit = 0; visit < 60; ++visit) {
                         bus::BytesSubscriber guest{connection, "stream"};
                         Ledger ledger;
                         ledger.begin(1, 0);  // whatever was next when it came
                         for (int look = 0; look < 50; ++look) take_rest(guest, ledger);
                     }
                     cue.stand("done");
                 }};
    giver.expect("ready");
    guests.expect("ready");
    giver.proceed();
    guests.proceed();
    Ledger ledger;
    take_cargo(feed, ledger, 200'000);
    CHECK(ledger.sum(1) == sum_to(200'000));
    giver.expect("done");
    guests.expect("done");
    guests.finish();
    giver.finish();
}

TEST_CASE("joining: publishers come and go and every sample of each arrives") {
    const Stage stage;
    stage.connect().create_topic("stream", {.size = 64, .slots = 16});
    constexpr std::uint64_t visits = 50;
    constexpr std::uint64_t each = 200;
    bus::BytesSubscriber feed{stage.connect(), "stream"};
    Actor steady{"steady publisher", [&](Cue& cue) {
                     bus::BytesPublisher publisher{stage.connect(), "stream"};
                     publish_cargo(publisher, 1000, 1, 20'000);
                     cue.stand("done");
                 }};
    Actor guests{"guests", [&](Cue& cue) {
                     auto connection = stage.connect();
                     for (std::uint64_t visit = 1; visit <= visits; ++visit) {
                         bus::BytesPublisher publisher{connection, "stream"};
                         publish_cargo(publisher, visit, 1, each);
                     }
                     cue.stand("done");
                 }};
    Ledger ledger;
    take_cargo(feed, ledger, visits * each + 20'000);
    for (std::uint64_t visit = 1; visit <= visits; ++visit)
        CHECK(ledger.sum(visit) == sum_to(each));
    CHECK(ledger.sum(1000) == sum_to(20'000));
    CHECK_FALSE(feed.take());
    steady.expect("done");
    guests.expect("done");
    guests.finish();
    steady.finish();
}

TEST_CASE(
    "joining: a subscriber in an event loop sees a publisher's only sample although it still "
    "holds one of a publisher that left") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64, .history = 1});
    bus::BytesSubscriber feed{connection, "topic", {.waker = bus::Waker::EventFd}};
    // Each round leaves a departed publisher whose sample is held while the next one comes.
    std::uint64_t sender = 1;
    bus::BytesSample held;
    for (; sender <= 40; ++sender) {
        CAPTURE(sender);
        bus::BytesPublisher publisher{connection, "topic"};
        CHECK_FALSE(feed.take());
        publish_cargo(publisher, sender, 1, 1);
        auto sample = feed.take();
        if (!sample) {
            pollfd polled{.fd = feed.fd(), .events = POLLIN, .revents = 0};
            REQUIRE(::poll(&polled, 1, 5'000) == 1);
            sample = feed.take();
        }
        REQUIRE(sample);
        held = std::move(sample);
    }
}

TEST_CASE("joining: an entry in the roster is used again by as many as come one after another") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64, .publishers = 1, .subscribers = 1});
    for (std::uint64_t round = 1; round <= 20; ++round) {
        bus::BytesSubscriber feed{connection, "topic"};
        bus::BytesPublisher publisher{connection, "topic"};
        publish_cargo(publisher, round, 1, 10);
        Ledger ledger;
        take_cargo(feed, ledger, 10);
        CHECK(ledger.sum(round) == sum_to(10));
    }
    CHECK(connection.status("topic").attachments.empty());
}
