// The ring that overwrites: a publisher never waits, a held sample never changes, and a subscriber
// knows exactly what it missed.
#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "ring_fixture.hpp"

namespace bus::shm {
namespace {

using Start = RingReader::Start;

abi::Shape overwriting(std::uint32_t slots = 2) {
    auto options = small_topic(Overflow::Overwrite);
    options.slots = slots;
    return options;
}

// How many holds the reader states.
std::ptrdiff_t stated(TestReader& reader) {
    return std::ranges::count_if(reader.holds(), [](const auto& hold) { return hold != 0; });
}

TEST_CASE("ring: a publisher that overwrites never waits for a subscriber that takes nothing") {
    TestTopic topic{overwriting()};
    topic.join(Start::First);
    CHECK(topic.publish_all(1) == 1000);
}

TEST_CASE("ring: a subscriber that keeps up misses nothing, lap after lap") {
    for (const std::uint32_t slots : {2U, 13U, 17U, 64U}) {
        CAPTURE(slots);
        TestTopic topic{overwriting(slots)};
        auto& reader = topic.join(Start::First);
        bool in_order = true;
        for (std::uint64_t value = 1; value <= 10 * topic.geometry.slots; ++value) {
            topic.publish(value);
            in_order &= reader.pass() == value;
        }
        CHECK(in_order);
        CHECK(reader.ring().missed() == 0);
    }
}

TEST_CASE("ring: a lapped subscriber counts what it missed") {
    TestTopic topic{overwriting()};
    auto& reader = topic.join(Start::First);
    for (std::uint64_t value = 1; value <= 100; ++value) topic.publish(value);
    const auto values = reader.pass_all();
    REQUIRE_FALSE(values.empty());
    CHECK(values.back() == 100);
    CHECK(values.size() + reader.ring().missed() == 100);
    CHECK(reader.lane().missed == reader.ring().missed());
}

TEST_CASE("ring: skips that a lapped subscriber passed are not counted as missed") {
    TestTopic topic{overwriting()};
    auto& reader = topic.join(Start::First);
    for (std::uint64_t value = 1; value <= 100; ++value) {
        topic.publish(value);
        topic.drop();
    }
    topic.publish(101);
    const auto taken = reader.pass_all().size();
    CHECK(taken + reader.ring().missed() == 101);
}

TEST_CASE("ring: a hold is stated while a sample is held, and withdrawn with it") {
    TestTopic topic{overwriting()};
    auto& reader = topic.join(Start::First);
    topic.publish(1);
    CHECK(stated(reader) == 0);
    reader.take();
    CHECK(stated(reader) == 1);
    CHECK(reader.holds()[reader.held().front().hold] == 1);
    reader.release_all();
    CHECK(stated(reader) == 0);
}

TEST_CASE("ring: a subscriber that holds all it may is lent no more, however it asks") {
    TestTopic topic{overwriting()};
    auto& reader = topic.join(Start::First);
    for (std::uint64_t value = 1; value <= 3; ++value) topic.publish(value);
    CHECK(reader.take() == 1);
    CHECK(reader.take() == 2);
    CHECK(reader.ring().end().take() == LaneEnd::Look::Unusual);
    CHECK_FALSE(reader.take());
    CHECK_FALSE(reader.latest());
}

TEST_CASE("ring: a held sample's bytes never change") {
    TestTopic topic{overwriting()};
    auto& reader = topic.join(Start::First);
    topic.publish(1);
    REQUIRE(reader.take() == 1);
    for (std::uint64_t value = 2; value <= 500; ++value) {
        REQUIRE(topic.publish(value));
        REQUIRE(topic.intact(reader.held().front().payload, 1));
        REQUIRE(RingReader::time_of(reader.held().front().payload) == 1001);
    }
}

TEST_CASE("ring: with all holds of all subscribers held a publisher still never waits") {
    TestTopic topic{overwriting()};
    auto& one = topic.join(Start::First);
    auto& two = topic.join(Start::First);
    for (auto* reader : {&one, &two}) {
        topic.publish(1);
        topic.publish(2);
        reader->take();
        reader->take();
        CHECK_FALSE(reader->take());
    }
    for (std::uint64_t value = 3; value <= 1000; ++value) REQUIRE(topic.publish(value));
    for (auto* reader : {&one, &two})
        for (const auto& sample : reader->held()) {
            std::uint64_t value = 0;
            std::memcpy(&value, sample.payload, sizeof value);
            CHECK(topic.intact(sample.payload, value));
            CHECK(value <= 2);
        }
}

TEST_CASE("ring: holds are spared in whatever order they are found") {
    TestTopic topic{overwriting()};
    auto& late = topic.join(Start::First);
    auto& early = topic.join(Start::First);
    for (std::uint64_t value = 1; value <= 4; ++value) topic.publish(value);
    REQUIRE(early.take() == 1);
    REQUIRE(early.take() == 2);
    late.pass();
    late.pass();
    REQUIRE(late.take() == 3);
    for (std::uint64_t value = 5; value <= 200; ++value) REQUIRE(topic.publish(value));
    CHECK(topic.intact(early.held()[0].payload, 1));
    CHECK(topic.intact(early.held()[1].payload, 2));
    CHECK(topic.intact(late.held()[0].payload, 3));
}

TEST_CASE("ring: a held slot is passed over as a skip, for everyone") {
    TestTopic topic{overwriting()};
    auto& holder = topic.join(Start::First);
    auto& other = topic.join(Start::First);
    topic.publish(1);
    holder.take();
    std::uint64_t published = 1;
    std::uint64_t taken = 0;
    for (std::uint64_t value = 2; value <= 200; ++value) {
        topic.publish(value);
        ++published;
        taken += other.pass_all().size();
    }
    CHECK(taken == published);
    CHECK(other.ring().missed() == 0);
    CHECK(topic.header().skips > 0);
}

TEST_CASE("ring: a slot that is let go of is used again") {
    TestTopic topic{overwriting()};
    auto& reader = topic.join(Start::First);
    topic.publish(1);
    reader.take();
    const auto* payload = reader.held().front().payload;
    for (std::uint64_t value = 2; value <= 100; ++value) topic.publish(value);
    reader.release_all();
    for (std::uint64_t value = 101; value <= 200; ++value) topic.publish(value);
    CHECK_FALSE(topic.intact(payload, 1));
}

TEST_CASE("ring: a hold that came too late is given up") {
    TestTopic topic{overwriting()};
    auto& reader = topic.join(Start::First);
    for (std::uint64_t value = 1; value <= 6; ++value) topic.publish(value);
    // The publisher has raised the floor and not yet touched a slot: the reader sees its stamp.
    topic.header().floor = 4;
    CHECK(reader.take() == 4);
    CHECK(stated(reader) == 1);
    CHECK(reader.ring().missed() == 3);
}

TEST_CASE("ring: a hold that came too late and finds nothing else is withdrawn") {
    TestTopic topic{overwriting()};
    auto& reader = topic.join(Start::First);
    for (std::uint64_t value = 1; value <= 3; ++value) topic.publish(value);
    topic.header().floor = 4;
    CHECK_FALSE(reader.take());
    CHECK(stated(reader) == 0);
    topic.publish(4);
    CHECK(reader.take() == 4);
    CHECK(reader.ring().missed() == 3);
}

TEST_CASE("ring: the floor is raised before a slot is reused") {
    TestTopic topic{overwriting()};
    const auto slots = topic.geometry.slots;
    for (std::uint64_t value = 1; value <= 10 * slots; ++value) {
        topic.publish(value);
        if (value > slots) REQUIRE(topic.header().floor > value - slots);
    }
}

TEST_CASE("ring: while a subscriber's segment is not open no slot is reused") {
    TestTopic topic{overwriting()};
    CHECK(topic.publish_all(1) == 1000);
    topic.peers.all_open = false;
    CHECK(topic.publish_all(1) <= topic.geometry.stretch);
    CHECK_FALSE(topic.writer.has_room(topic.peers));
    topic.peers.all_open = true;
    CHECK(topic.publish(1));
}

TEST_CASE("ring: the history is kept whatever is held") {
    for (const std::uint32_t history : {1U, 4U, 9U, 30U}) {
        CAPTURE(history);
        auto options = overwriting();
        options.following = 3;
        options.history = history;
        TestTopic topic{options};
        auto& one = topic.join(Start::First);
        auto& two = topic.join(Start::First);
        std::mt19937 random{history};
        for (std::uint64_t value = 1; value <= 300; ++value) {
            topic.publish(value);
            // Both keep as many as they can, now these and now those.
            auto& holder = random() % 2 == 0 ? one : two;
            if (holder.held().size() == 2 && random() % 7 == 0) holder.release(random() % 2);
            holder.latest();
            auto& late = topic.make_reader();
            late.ring().bind(Start::History);
            const auto expected = std::min<std::uint64_t>(history, value);
            REQUIRE(late.pass_all().size() == expected);
        }
    }
}

// Everything random but the seed: what is taken and what was missed add up to what was published.
void run_schedule(std::uint32_t seed, std::uint32_t loans_at_once) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    TestTopic topic{overwriting(seed % 3 == 0 ? 31 : 2)};
    auto& one = topic.join(Start::First);
    auto& two = topic.join(Start::First);
    std::vector<RingWriter::Claim> loans;
    std::uint64_t published = 0;
    const auto settle = [&] {
        const auto which = random() % loans.size();
        if (random() % 4 == 0)
            topic.writer.give_back(loans[which].payload, loans[which].sequence);
        else
            topic.publish(loans[which], ++published);
        loans.erase(loans.begin() + static_cast<std::ptrdiff_t>(which));
    };
    for (int step = 0; step < 2000; ++step) {
        for (auto burst = random() % 12; burst > 0; --burst) {
            while (loans.size() < loans_at_once) {
                const auto claim = topic.loan();
                if (claim.sequence == 0) break;
                loans.push_back(claim);
            }
            if (!loans.empty()) settle();
        }
        for (auto* reader : {&one, &two}) {
            if (random() % 3 != 0) continue;
            for (auto tries = random() % 6; tries > 0; --tries) {
                reader->take();
                if (!reader->held().empty() && random() % 3 != 0)
                    reader->release(random() % reader->held().size());
            }
        }
    }
    while (!loans.empty()) settle();
    for (auto* reader : {&one, &two}) reader->release_all();
    REQUIRE(topic.publish(++published));  // the last is a sample: what lies before it is counted
    for (auto* reader : {&one, &two}) {
        reader->pass_all();
        CHECK(reader->ring().drained());
        CHECK(abi::taken(reader->lane()) + reader->ring().missed() == published);
    }
}

TEST_CASE("ring: taken and missed add up to published, whatever the schedule") {
    for (std::uint32_t seed = 1; seed <= 40; ++seed) run_schedule(seed, 1);
}

TEST_CASE("ring: taken and missed add up with loans that are settled out of order") {
    for (std::uint32_t seed = 1; seed <= 40; ++seed) run_schedule(seed, 3);
}

}  // namespace
}  // namespace bus::shm
