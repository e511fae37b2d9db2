// Peers that write anything into what is theirs to write. The other side may get wrong samples or
// none; it must not step outside its memory (the sanitizers watch), nor loop for ever (meson's
// timeout watches), nor let a third party feel it.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>

#include <doctest/doctest.h>

#include "../evil.hpp"
#include "ring_fixture.hpp"

namespace bus::shm {
namespace {

using Start = RingReader::Start;

constexpr Overflow both[] = {Overflow::Block, Overflow::Overwrite};
constexpr auto largest = std::numeric_limits<std::uint64_t>::max();

void scribble_publisher(TestTopic& topic, std::mt19937& random) {
    const auto around = topic.writer.next();
    for (std::uint64_t n = 1; n <= topic.geometry.slots; ++n) {
        auto& slot = topic.slot(n);
        if (random() % 2 == 0) slot.stamp = evil(random, around);
        if (random() % 4 == 0) slot.extent = evil(random, around) << random() % 33;
    }
    if (random() % 2 == 0) topic.header().head = evil(random, around);
    if (random() % 2 == 0) topic.header().floor = evil(random, around);
    if (random() % 2 == 0) topic.header().skips = evil(random, around);
}

// Reads what was taken as an application would: all bytes that it is said to have.
void check_sample(const TestTopic& topic, const RingReader::Taken& taken) {
    REQUIRE(taken.size <= topic.geometry.size);
    REQUIRE(taken.hold < topic.geometry.holds);
    REQUIRE(topic.segment.contains(taken.payload, topic.geometry.size));
}

TEST_CASE("hostile publisher: a size of 2^32 - 1 is cut to the topic's") {
    for (const auto overflow : both) {
        TestTopic topic{small_topic(overflow)};
        auto& reader = topic.join(Start::First);
        topic.publish(1);
        topic.slot(1).extent = abi::SlotExtent{0xffff'ffff, 0}.pack();
        const auto taken = reader.ring().take();
        REQUIRE(taken.payload != nullptr);
        CHECK(taken.size == topic.geometry.size);
    }
}

TEST_CASE("hostile publisher: a stamp from the future that no floor confirms is nothing") {
    for (const auto overflow : both) {
        TestTopic topic{small_topic(overflow)};
        auto& reader = topic.join(Start::First);
        topic.slot(1).stamp = 1000;
        CHECK_FALSE(reader.take());
        CHECK_FALSE(reader.latest());
        CHECK(reader.ring().missed() == 0);
    }
}

TEST_CASE("hostile publisher: a ring of nothing but skips and moving stamps ends the search") {
    TestTopic topic{small_topic(Overflow::Block)};
    auto& reader = topic.join(Start::First);
    for (std::uint64_t n = 1; n <= 8; ++n) topic.slot(n).stamp = n | abi::skipped_bit;
    topic.header().head = largest;
    CHECK_FALSE(reader.take());
    CHECK_FALSE(reader.latest());
}

TEST_CASE("hostile publisher: a joiner is not led astray by head and floor") {
    std::mt19937 random{3};
    for (const auto overflow : both)
        for (int round = 0; round < 500; ++round) {
            auto options = small_topic(overflow);
            options.history = 4;
            TestTopic topic{options};
            topic.publish_all(1);
            scribble_publisher(topic, random);
            auto& reader = topic.join(round % 2 == 0 ? Start::First : Start::History);
            for (int tries = 0; tries < 4; ++tries)
                if (const auto taken = reader.ring().take(); taken.payload != nullptr) {
                    check_sample(topic, taken);
                    reader.ring().release(taken.hold);
                }
        }
}

TEST_CASE("hostile publisher: whatever it writes, a subscriber stays within its memory") {
    std::mt19937 random{4};
    for (const auto overflow : both) {
        TestTopic topic{small_topic(overflow)};
        auto& reader = topic.join(Start::First);
        std::vector<RingReader::Taken> held;
        for (int round = 0; round < 5000; ++round) {
            if (random() % 3 == 0) topic.publish(random());
            scribble_publisher(topic, random);
            const auto taken = random() % 3 == 0 ? reader.ring().latest() : reader.ring().take();
            if (taken.payload != nullptr) {
                check_sample(topic, taken);
                held.push_back(taken);
            }
            (void)reader.ring().ready();
            (void)reader.ring().drained();
            while (!held.empty() && random() % 2 == 0) {
                reader.ring().release(held.back().hold);
                held.pop_back();
            }
        }
    }
}

TEST_CASE("hostile subscriber: whatever it writes, a publisher stays within its memory") {
    std::mt19937 random{5};
    for (const auto overflow : both) {
        TestTopic topic{small_topic(overflow)};
        auto& reader = topic.join(Start::First);
        for (int round = 0; round < 20000; ++round) {
            const auto around = topic.writer.next();
            reader.lane().cursor = evil(random, around);
            if (random() % 8 == 0)
                reader.lane().publisher =
                    random() % 2 == 0 ? TestTopic::publisher_id : evil(random, around);
            for (auto& hold : reader.holds()) hold = evil(random, around);
            const auto claim = topic.loan();
            if (claim.sequence == 0) continue;
            REQUIRE(topic.segment.contains(claim.payload, topic.geometry.size));
            topic.publish(claim, claim.sequence);
        }
        CHECK(topic.writer.next() > 1000);
    }
}

TEST_CASE("hostile subscriber: holds at random never make an overwriting publisher wait") {
    std::mt19937 random{6};
    TestTopic topic{small_topic(Overflow::Overwrite)};
    auto& one = topic.join(Start::First);
    auto& two = topic.join(Start::First);
    for (std::uint64_t value = 1; value <= 20000; ++value) {
        for (auto* reader : {&one, &two})
            for (auto& hold : reader->holds()) hold = evil(random, topic.writer.next());
        REQUIRE(topic.publish(value));
    }
}

TEST_CASE("hostile subscriber: its holds do not spoil what an honest one holds") {
    std::mt19937 random{7};
    TestTopic topic{small_topic(Overflow::Overwrite)};
    auto& honest = topic.join(Start::First);
    auto& hostile = topic.join(Start::First);
    topic.publish(1);
    REQUIRE(honest.take() == 1);
    for (std::uint64_t value = 2; value <= 5000; ++value) {
        for (auto& hold : hostile.holds()) hold = evil(random, topic.writer.next());
        hostile.lane().cursor = evil(random, topic.writer.next());
        topic.publish(value);
        REQUIRE(topic.intact(honest.held().front().payload, 1));
    }
}

TEST_CASE("hostile subscriber: its cursor does not make the publisher pass an honest one") {
    std::mt19937 random{8};
    TestTopic topic{small_topic(Overflow::Block)};
    auto& honest = topic.join(Start::First);
    auto& hostile = topic.join(Start::First);
    std::uint64_t published = 0;
    std::uint64_t taken = 0;
    for (int round = 0; round < 5000; ++round) {
        hostile.lane().cursor = evil(random, topic.writer.next());
        while (topic.publish(published + 1)) ++published;
        if (const auto value = honest.pass()) REQUIRE(*value == ++taken);
    }
    CHECK(honest.ring().missed() == 0);
}

TEST_CASE("hostile subscriber: a cursor that goes backwards takes nothing back") {
    TestTopic topic{small_topic(Overflow::Block)};
    auto& reader = topic.join(Start::First);
    topic.publish_all(1);
    reader.pass_all();
    CHECK(topic.publish_all(9) == 8);  // the publisher has seen cursor 9
    reader.lane().cursor = 13;
    CHECK(topic.publish_all(17) == 4);
    reader.lane().cursor = 2;
    CHECK_FALSE(topic.publish(21));  // as if it still said 13
    reader.lane().cursor = 15;
    CHECK(topic.publish_all(21) == 2);
}

TEST_CASE("hostile subscriber: a cursor from the future frees no more than is published") {
    TestTopic topic{small_topic(Overflow::Block)};
    auto& reader = topic.join(Start::First);
    topic.publish_all(1);
    reader.lane().cursor = largest;
    CHECK(topic.writer.has_room(topic.peers));
    reader.lane().cursor = 9;  // what the publisher took the other for
    CHECK(topic.publish_all(9) == 8);
}

TEST_CASE("hostile subscriber: a joiner's cursor below the floor counts as the floor") {
    auto options = small_topic(Overflow::Block);
    options.history = 2;
    TestTopic topic{options};
    for (std::uint64_t value = 1; value <= 100; ++value) topic.publish(value);
    const auto floor = topic.header().floor.load();
    auto& reader = topic.make_reader();
    reader.ring().bind(Start::History);
    reader.lane().cursor = 1;  // overwritten long ago
    topic.peers.views.push_back(reader.view());
    topic.publish_all(101);
    CHECK(topic.writer.next() == floor + topic.geometry.slots);
}

}  // namespace
}  // namespace bus::shm
