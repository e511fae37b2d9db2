// Payloads of all shapes, and slots that are lent.
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;
using namespace std::chrono_literals;

namespace {

bool aligned(const void* place, std::size_t to) {
    return reinterpret_cast<std::uintptr_t>(place) % to == 0;
}

}  // namespace

TEST_CASE("payload: each is aligned as the topic says, at both ends") {
    for (const std::size_t alignment : {32U, 64U, 256U, 4096U}) {
        CAPTURE(alignment);
        const Stage stage;
        auto connection = stage.connect();
        connection.create_topic("topic", {.size = 100, .alignment = alignment, .slots = 4});
        bus::BytesPublisher publisher{connection, "topic"};
        bus::BytesSubscriber feed{connection, "topic"};
        Ledger ledger;
        for (std::uint64_t number = 1; number <= 10; ++number) {
            auto loan = publisher.loan();
            REQUIRE(loan);
            CHECK(aligned(loan.data(), alignment));
            CHECK(loan.capacity() == 100);
            load(loan.bytes(), 1, number);
            publisher.publish(std::move(loan), 100);
            const auto sample = feed.take();
            REQUIRE(sample);
            CHECK(aligned(sample.data(), alignment));
            CHECK_NOTHROW(ledger.enter(sample));
        }
    }
}

TEST_CASE("payload: every size up to the topic's maximum arrives as it was sent") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 9'999, .slots = 3});
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "topic"};
                    cue.stand("ready");
                    std::vector<std::byte> payload(9'999);
                    for (std::uint64_t size = least_cargo; size <= 9'999; ++size) {
                        const auto bytes = std::span{payload}.first(size);
                        load(bytes, 1, size - least_cargo + 1);
                        Cue::require(publisher.publish(bytes, patience) == bus::Outcome::Published,
                                     "there was no room");
                    }
                    cue.stand("done");
                }};
    giver.expect("ready");
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    CHECK(feed.max_size() == 9'999);
    giver.proceed();
    Ledger ledger;
    for (std::uint64_t size = least_cargo; size <= 9'999;) {
        REQUIRE(feed.wait_for(patience));
        const auto sample = feed.take();
        if (!sample) continue;
        REQUIRE(sample.size() == size++);
        REQUIRE_NOTHROW(ledger.enter(sample));
    }
    giver.expect("done");
    giver.finish();
}

TEST_CASE("payload: an empty one is a sample too, and a larger one than the maximum is refused") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64});
    bus::BytesPublisher publisher{connection, "topic"};
    bus::BytesSubscriber feed{connection, "topic"};
    const std::array<std::byte, 65> bytes{};
    CHECK(publisher.publish(bytes) == bus::Outcome::TooLarge);
    CHECK_FALSE(feed.take());
    CHECK(publisher.publish(std::span{bytes}.first(64)) == bus::Outcome::Published);
    CHECK(publisher.publish({}) == bus::Outcome::Published);
    CHECK(feed.take().size() == 64);
    const auto empty = feed.take();
    REQUIRE(empty);
    CHECK(empty.size() == 0);
    CHECK(empty.sequence() == 2);
}

TEST_CASE("payload: a megabyte and more crosses whole") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 3'000'000});
    constexpr std::uint64_t count = 12;
    Actor taker{"subscriber", [&](Cue& cue) {
                    bus::BytesSubscriber feed{stage.connect(), "topic"};
                    cue.tell("ready");
                    Ledger ledger;
                    take_cargo(feed, ledger, count);
                    cue.tell("done");
                }};
    taker.expect("ready");
    bus::BytesPublisher publisher{stage.connect(), "topic"};
    publish_cargo(publisher, 1, 1, count, 3'000'000);
    taker.expect("done");
    taker.finish();
}

TEST_CASE("loan: in a full ring try_loan() and loan() give nothing, publish() says Full") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64, .slots = 2});
    bus::BytesSubscriber feed{connection, "topic"};
    bus::BytesPublisher publisher{connection, "topic"};
    publish_cargo(publisher, 1, 1, 2);
    CHECK_FALSE(publisher.try_loan());
    const auto before = std::chrono::steady_clock::now();
    CHECK_FALSE(publisher.loan(30ms));
    CHECK(std::chrono::steady_clock::now() - before >= 30ms);
    const std::array<std::byte, 3> bytes{};
    CHECK(publisher.publish(bytes, 1ms) == bus::Outcome::Full);
    CHECK(publisher.state() == bus::State::Active);
    { CHECK(feed.take()); }
    CHECK(publisher.try_loan());
}

TEST_CASE("loan: subscribers pass over one that is given back, and sequences show the gap") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64});
    bus::BytesSubscriber feed{connection, "topic"};
    bus::BytesPublisher publisher{connection, "topic"};
    publish_cargo(publisher, 1, 1, 1);
    { const auto unused = publisher.loan(); }
    publish_cargo(publisher, 1, 2, 2);
    CHECK(feed.take().sequence() == 1);
    CHECK(feed.take().sequence() == 3);
    CHECK(feed.missed() == 0);
    CHECK(stage.row_of("topic", ::getpid()).has_value());
}

TEST_CASE("loan: several are seen in the order in which they were lent") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64});
    bus::BytesSubscriber feed{connection, "topic"};
    bus::BytesPublisher publisher{connection, "topic"};
    auto first = publisher.loan();
    auto second = publisher.loan();
    load(first.bytes(), 1, 1);
    load(second.bytes(), 1, 2);
    publisher.publish(std::move(second), least_cargo);
    CHECK_FALSE(feed.take());
    publisher.publish(std::move(first), least_cargo);
    Ledger ledger;
    take_rest(feed, ledger);
    CHECK(ledger.count() == 2);
}

TEST_CASE("sample: a subscriber borrows as many as the topic's holds, and no more") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64, .holds = 3});
    bus::BytesSubscriber feed{connection, "topic"};
    bus::BytesPublisher publisher{connection, "topic"};
    publish_cargo(publisher, 1, 1, 5);
    auto first = feed.take();
    auto second = feed.take();
    auto third = feed.take();
    REQUIRE(third);
    CHECK_FALSE(feed.take());
    CHECK(stage.row_of("topic", ::getpid()).has_value());
    second = {};
    const auto fourth = feed.take();
    REQUIRE(fourth);
    CHECK(fourth.sequence() == 4);
}
