#include <cstdint>

#include <doctest/doctest.h>

#include "ring_fixture.hpp"

namespace bus::shm {
namespace {

using Start = RingReader::Start;

constexpr Overflow both[] = {Overflow::Block, Overflow::Overwrite};

TEST_CASE("latest: nothing published is nothing") {
    for (const auto overflow : both) {
        TestTopic topic{small_topic(overflow)};
        CHECK_FALSE(topic.join(Start::First).latest());
    }
}

TEST_CASE("latest: it is the newest sample, and older ones are passed over") {
    for (const auto overflow : both) {
        TestTopic topic{small_topic(overflow)};
        auto& reader = topic.join(Start::First);
        for (std::uint64_t value = 1; value <= 5; ++value) topic.publish(value);
        CHECK(reader.latest() == 5);
        CHECK_FALSE(reader.latest());
        CHECK_FALSE(reader.take());
        topic.publish(6);
        CHECK(reader.take() == 6);
    }
}

TEST_CASE("latest: what it passes over is not missed") {
    for (const auto overflow : both) {
        TestTopic topic{small_topic(overflow)};
        auto& reader = topic.join(Start::First);
        for (std::uint64_t value = 1; value <= 5; ++value) topic.publish(value);
        reader.latest();
        topic.publish(6);
        reader.take();
        CHECK(reader.ring().missed() == 0);
    }
}

TEST_CASE("latest: it finds the newest after any number of laps") {
    TestTopic topic{small_topic(Overflow::Overwrite)};
    auto& reader = topic.join(Start::First);
    for (std::uint64_t value = 1; value <= 1000; ++value) {
        topic.publish(value);
        if (value % 77 != 0) continue;
        CHECK(reader.latest() == value);
        reader.release_all();
    }
}

TEST_CASE("latest: skips at the end are looked behind") {
    for (const auto overflow : both) {
        TestTopic topic{small_topic(overflow)};
        auto& reader = topic.join(Start::First);
        topic.publish(1);
        topic.publish(2);
        topic.drop();
        CHECK(reader.latest() == 2);
        CHECK_FALSE(reader.latest());
        CHECK(reader.ring().drained());
    }
}

TEST_CASE("latest: what is still on loan is not seen, nor what came after it") {
    for (const auto overflow : both) {
        TestTopic topic{small_topic(overflow)};
        auto& reader = topic.join(Start::First);
        topic.publish(1);
        const auto loan = topic.loan();
        topic.publish(3);
        CHECK(reader.latest() == 1);
        CHECK_FALSE(reader.latest());
        topic.publish(loan, 2);
        CHECK(reader.latest() == 3);
    }
}

TEST_CASE("latest: it never goes back") {
    for (const auto overflow : both) {
        TestTopic topic{small_topic(overflow)};
        auto& reader = topic.join(Start::First);
        for (std::uint64_t value = 1; value <= 4; ++value) topic.publish(value);
        CHECK(reader.take() == 1);
        CHECK(reader.latest() == 4);
        reader.release_all();
        CHECK_FALSE(reader.latest());
    }
}

TEST_CASE("latest: without a free hold there is nothing") {
    for (const auto overflow : both) {
        TestTopic topic{small_topic(overflow)};
        auto& reader = topic.join(Start::First);
        for (std::uint64_t value = 1; value <= 4; ++value) topic.publish(value);
        reader.take();
        reader.take();
        CHECK_FALSE(reader.latest());
        reader.release(0);
        CHECK(reader.latest() == 4);
    }
}

TEST_CASE("latest: released, it frees all that was passed over") {
    TestTopic topic{small_topic(Overflow::Block)};
    auto& reader = topic.join(Start::First);
    CHECK(topic.publish_all(1) == 8);
    CHECK(reader.latest() == 8);
    reader.release_all();
    CHECK(topic.publish_all(9) == 8);
}

TEST_CASE("latest: its sample is protected like any other") {
    TestTopic topic{small_topic(Overflow::Overwrite)};
    auto& reader = topic.join(Start::First);
    for (std::uint64_t value = 1; value <= 50; ++value) topic.publish(value);
    REQUIRE(reader.latest() == 50);
    for (std::uint64_t value = 51; value <= 200; ++value) topic.publish(value);
    CHECK(topic.intact(reader.held().front().payload, 50));
}

TEST_CASE("latest: a lap after it is counted from it on") {
    TestTopic topic{small_topic(Overflow::Overwrite)};
    auto& reader = topic.join(Start::First);
    for (std::uint64_t value = 1; value <= 10; ++value) {
        topic.publish(value);
        topic.drop();
    }
    REQUIRE(reader.latest() == 10);
    reader.release_all();
    for (std::uint64_t value = 11; value <= 110; ++value) {
        topic.publish(value);
        topic.drop();
    }
    topic.publish(111);
    CHECK(reader.pass_all().size() + reader.ring().missed() == 101);
}

}  // namespace
}  // namespace bus::shm
