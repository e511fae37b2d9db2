// Late subscribers: where they start, and that the publisher spares what they start with.
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include "ring_fixture.hpp"

namespace bus::shm {
namespace {

using Values = std::vector<std::uint64_t>;
using Start = RingReader::Start;

abi::Shape with_history(Overflow overflow, std::uint32_t history) {
    auto options = small_topic(overflow);
    options.history = history;
    return options;
}

TEST_CASE("joiner: it gets what the history keeps") {
    for (const auto overflow : {Overflow::Block, Overflow::Overwrite}) {
        TestTopic topic{with_history(overflow, 3)};
        for (std::uint64_t value = 1; value <= 50; ++value) topic.publish(value);
        CHECK(topic.join(Start::History).pass_all() == Values{48, 49, 50});
    }
}

TEST_CASE("joiner: with less published than the history it gets everything") {
    TestTopic topic{with_history(Overflow::Block, 3)};
    topic.publish(1);
    topic.publish(2);
    CHECK(topic.join(Start::History).pass_all() == Values{1, 2});
}

TEST_CASE("joiner: without history it starts after the newest") {
    for (const auto overflow : {Overflow::Block, Overflow::Overwrite}) {
        TestTopic topic{with_history(overflow, 0)};
        for (std::uint64_t value = 1; value <= 20; ++value) topic.publish(value);
        auto& reader = topic.join(Start::History);
        CHECK_FALSE(reader.take());
        topic.publish(21);
        CHECK(reader.pass_all() == Values{21});
        CHECK(reader.ring().missed() == 0);
    }
}

TEST_CASE("joiner: before the first sample it starts with the first") {
    TestTopic topic{with_history(Overflow::Block, 3)};
    auto& reader = topic.join(Start::History);
    topic.publish(1);
    CHECK(reader.pass_all() == Values{1});
}

TEST_CASE("joiner: history is counted in samples, not in skips") {
    TestTopic topic{with_history(Overflow::Block, 3)};
    topic.publish(1);
    topic.publish(2);
    topic.drop();
    topic.publish(3);
    topic.drop();
    CHECK(topic.join(Start::History).pass_all() == Values{1, 2, 3});
}

TEST_CASE("joiner: history keeps nothing that is still on loan, nor what came after it") {
    TestTopic topic{with_history(Overflow::Block, 5)};
    topic.publish(1);
    const auto loan = topic.loan();
    topic.publish(3);
    auto& reader = topic.join(Start::History);
    CHECK(reader.pass_all() == Values{1});
    topic.publish(loan, 2);
    CHECK(reader.pass_all() == Values{2, 3});
}

TEST_CASE("joiner: one that was there first gets all that is left, and counts what is not") {
    TestTopic topic{with_history(Overflow::Overwrite, 1)};
    const auto published = topic.geometry.slots + std::uint64_t{5};
    for (std::uint64_t value = 1; value <= published; ++value) topic.publish(value);
    const auto floor = topic.header().floor.load();
    CHECK(floor > 1);
    auto& reader = topic.join(Start::First);
    const auto values = reader.pass_all();
    CHECK(values.front() == floor);
    CHECK(values.back() == published);
    CHECK(reader.ring().missed() == floor - 1);
}

TEST_CASE("joiner: what it chose is not overwritten before it takes it") {
    TestTopic topic{with_history(Overflow::Block, 3)};
    for (std::uint64_t value = 1; value <= 20; ++value) topic.publish(value);
    auto& reader = topic.join(Start::History);
    const auto more = topic.publish_all(21);
    CHECK(more == topic.geometry.slots - 3);
    const auto values = reader.pass_all();
    CHECK(values.size() == 3 + more);
    CHECK(values.front() == 18);
}

TEST_CASE("joiner: one that speaks up while the publisher raises the floor is spared") {
    TestTopic topic{with_history(Overflow::Block, 2)};
    auto& reader = topic.make_reader();
    topic.peers.views.push_back(reader.view());
    for (std::uint64_t value = 1; value <= 20; ++value) topic.publish(value);
    // The next search for room: its first look finds nobody, its second finds a cursor that was
    // chosen by the floor of before.
    int looks = 0;
    std::uint64_t full_at = 0;
    topic.peers.when_looked_at = [&] {
        if (++looks == 1) full_at = topic.writer.next();
        if (looks != 2) return;
        reader.lane().cursor = topic.writer.next() - topic.geometry.slots;
        reader.lane().publisher = TestTopic::publisher_id;
    };
    std::uint64_t value = 21;
    while (topic.publish(value) && value < 40) ++value;
    CHECK(looks >= 2);
    CHECK(topic.writer.next() == full_at);
}

TEST_CASE("joiner: it states its choice in its lane before the publisher knows it") {
    TestTopic topic{with_history(Overflow::Block, 3)};
    for (std::uint64_t value = 1; value <= 20; ++value) topic.publish(value);
    auto& reader = topic.make_reader();
    CHECK(reader.lane().publisher == 0);
    reader.ring().bind(Start::History);
    CHECK(reader.lane().publisher == TestTopic::publisher_id);
    CHECK(reader.lane().cursor == 18);
}

TEST_CASE("joiner: the floor bounds what it starts with") {
    TestTopic topic{with_history(Overflow::Block, 3)};
    for (std::uint64_t value = 1; value <= 20; ++value) topic.publish(value);
    topic.header().floor = 20;  // the publisher is about to reuse what comes before
    CHECK(topic.join(Start::History).pass_all() == Values{20});
}

TEST_CASE("joiner: a lane that another publisher had before is cleared of its holds") {
    TestTopic topic{with_history(Overflow::Overwrite, 1)};
    auto& reader = topic.make_reader();
    reader.lane().publisher = 3;
    for (auto& hold : reader.holds()) hold = 99;
    reader.ring().bind(Start::First);
    for (auto& hold : reader.holds()) CHECK(hold == 0);
}

TEST_CASE("joiner: a lane's counters go on from the publisher before") {
    TestTopic topic{with_history(Overflow::Block, 1)};
    auto& reader = topic.make_reader();
    reader.lane().cursor = 15;  // of which 4 were missed
    reader.lane().untaken = 4;
    reader.lane().missed = 4;
    reader.ring().bind(Start::First);
    topic.peers.views.push_back(reader.view());
    topic.publish(1);
    reader.pass_all();
    CHECK(abi::taken(reader.lane()) == 11);
    CHECK(reader.ring().missed() == 4);
}

TEST_CASE("joiner: one that was there before the first sample counts all that it does not get") {
    TestTopic topic{small_topic(Overflow::Overwrite)};
    auto& reader = topic.make_reader();
    reader.ring().bind(Start::History);
    topic.peers.views.push_back(reader.view());
    for (std::uint64_t value = 1; value <= 100; ++value) topic.publish(value);
    CHECK(reader.pass_all().size() + reader.ring().missed() == 100);
}

TEST_CASE("joiner: one that came later counts what it does not get before its first sample") {
    TestTopic topic{small_topic(Overflow::Overwrite)};
    for (std::uint64_t value = 1; value <= 10; ++value) {
        topic.publish(value);
        topic.drop();
    }
    auto& reader = topic.make_reader();
    reader.ring().bind(Start::History);
    topic.peers.views.push_back(reader.view());
    for (std::uint64_t value = 11; value <= 110; ++value) {
        topic.publish(value);
        topic.drop();
    }
    topic.publish(111);
    CHECK(reader.pass_all().size() + reader.ring().missed() == 101);
}

// The publisher counts a skip before its head passes it.
TEST_CASE("joiner: skips while it joins are not taken for skips among what it misses later") {
    TestTopic topic{small_topic(Overflow::Overwrite)};
    for (std::uint64_t value = 1; value <= 10; ++value) topic.publish(value);
    auto& reader = topic.make_reader();
    topic.header().skips = 5;
    reader.ring().bind(Start::History);
    topic.header().skips = 0;
    topic.peers.views.push_back(reader.view());
    topic.publish(11);
    CHECK(reader.pass() == 11);
    for (std::uint64_t value = 12; value <= 111; ++value) topic.publish(value);
    CHECK(reader.pass_all().size() + reader.ring().missed() == 100);
}

}  // namespace
}  // namespace bus::shm
