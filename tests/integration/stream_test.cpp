// Lossless streams between processes.
#include <list>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

namespace {

// Stands at "ready" once attached, then takes `count` from each of `senders`.
Actor::Role subscriber_of(const Stage& stage, std::uint64_t senders, std::uint64_t count) {
    return [&stage, senders, count](Cue& cue) {
        bus::BytesSubscriber feed{stage.connect(), "stream"};
        cue.tell("ready");
        Ledger ledger;
        take_cargo(feed, ledger, senders * count);
        for (std::uint64_t sender = 1; sender <= senders; ++sender)
            Cue::require(ledger.sum(sender) == sum_to(count),
                         "the sum of sender " + std::to_string(sender) + " is wrong");
        Cue::require(!feed.take(), "there is more than was published");
        Cue::require(feed.missed() == 0, "a lossless subscriber missed something");
        cue.tell("done");
    };
}

Actor::Role publisher_of(const Stage& stage, std::uint64_t sender, std::uint64_t count) {
    return [&stage, sender, count](Cue& cue) {
        bus::BytesPublisher publisher{stage.connect(), "stream"};
        cue.stand("ready");
        publish_cargo(publisher, sender, 1, count, 24);
        cue.tell("done");
    };
}

void stream(const bus::TopicOptions& options, std::uint64_t publishers, int subscribers,
            std::uint64_t count) {
    const Stage stage;
    stage.connect().create_topic("stream", options);
    std::list<Actor> takers;
    std::list<Actor> givers;
    for (int i = 0; i < subscribers; ++i)
        takers.emplace_back("subscriber", subscriber_of(stage, publishers, count));
    for (auto& taker : takers) taker.expect("ready");
    for (std::uint64_t sender = 1; sender <= publishers; ++sender)
        givers.emplace_back("publisher", publisher_of(stage, sender, count));
    for (auto& giver : givers) giver.expect("ready");
    for (auto& giver : givers) giver.proceed();
    for (auto& giver : givers) giver.expect("done");
    for (auto& taker : takers) taker.expect("done");
    for (auto& giver : givers) giver.finish();
    for (auto& taker : takers) taker.finish();
    CHECK(stage.semaphores().empty());
}

}  // namespace

TEST_CASE("stream: what one process publishes another takes, all of it and in order") {
    stream({.size = 64}, 1, 1, 200'000);
}

TEST_CASE("stream: three publishers and two subscribers in five processes lose nothing") {
    stream({.size = 64}, 3, 2, 50'000);
}

TEST_CASE("stream: a ring of two slots is enough to lose nothing") {
    stream({.size = 64, .slots = 2}, 2, 2, 3'000);
}

TEST_CASE("stream: with full fences nothing is lost either") {
    stream({.size = 64, .fence = bus::Fence::Full}, 2, 2, 50'000);
}

TEST_CASE("stream: nothing is lost through semaphores when nobody ever spins") {
    const Stage stage;
    stage.connect().create_topic("stream", {.size = 64, .slots = 4});
    constexpr std::uint64_t count = 5'000;
    Actor taker{"subscriber", [&](Cue& cue) {
                    bus::BytesSubscriber feed{
                        stage.connect(), "stream", {.spin = std::chrono::nanoseconds{0}}};
                    cue.tell("ready");
                    Ledger ledger;
                    take_cargo(feed, ledger, count);
                    cue.tell("done", std::to_string(ledger.sum(1)));
                }};
    taker.expect("ready");
    bus::BytesPublisher publisher{stage.connect(), "stream", {.spin = std::chrono::nanoseconds{0}}};
    publish_cargo(publisher, 1, 1, count);
    CHECK(taker.expect("done") == std::to_string(sum_to(count)));
    taker.finish();
}

TEST_CASE("stream: several topics at once do not mix") {
    const Stage stage;
    auto connection = stage.connect();
    for (const char* name : {"a", "a/b", "a.b"}) connection.create_topic(name, {.size = 32});
    bus::BytesSubscriber one{connection, "a"};
    bus::BytesSubscriber two{connection, "a/b"};
    bus::BytesSubscriber three{connection, "a.b"};
    bus::BytesPublisher publisher{connection, "a/b"};
    publish_cargo(publisher, 1, 1, 3);
    Ledger ledger;
    take_cargo(two, ledger, 3);
    CHECK_FALSE(one.take());
    CHECK_FALSE(three.take());
}
