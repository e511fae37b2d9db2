// The lossless ring: what a publisher may reuse, and when.
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include "ring_fixture.hpp"

namespace bus::shm {
namespace {

using Values = std::vector<std::uint64_t>;
using Start = RingReader::Start;

abi::Shape blocking(std::uint32_t slots = 8) {
    auto options = small_topic(Overflow::Block);
    options.slots = slots;
    return options;
}

TEST_CASE("ring: everything arrives once and in order, lap after lap") {
    for (const std::uint32_t slots : {2U, 3U, 5U, 7U, 8U, 13U}) {
        CAPTURE(slots);
        TestTopic topic{blocking(slots)};
        auto& reader = topic.join(Start::First);
        std::uint64_t published = 0;
        std::uint64_t taken = 0;
        for (std::uint32_t round = 0; round < 50; ++round) {
            for (std::uint32_t i = 0; i <= round % slots; ++i)
                if (topic.publish(published + 1)) ++published;
            for (const auto value : reader.pass_all()) CHECK(value == ++taken);
        }
        CHECK(taken == published);
        CHECK(published > 10 * slots);
        CHECK(reader.ring().missed() == 0);
    }
}

TEST_CASE("ring: it is full when every slot holds what the subscriber has yet to take") {
    TestTopic topic{blocking()};
    topic.join(Start::First);
    CHECK(topic.publish_all(1) == 8);
    CHECK_FALSE(topic.writer.has_room(topic.peers));
    CHECK(topic.loan().sequence == 0);
}

TEST_CASE("ring: a sample that is taken but still held keeps its slot") {
    TestTopic topic{blocking()};
    auto& reader = topic.join(Start::First);
    topic.publish_all(1);
    CHECK(reader.take() == 1);
    CHECK_FALSE(topic.publish(9));
}

TEST_CASE("ring: every release makes room for exactly one") {
    TestTopic topic{blocking()};
    auto& reader = topic.join(Start::First);
    topic.publish_all(1);
    CHECK(reader.pass() == 1);
    CHECK(topic.publish_all(9) == 1);
    CHECK(reader.pass() == 2);
    CHECK(reader.pass() == 3);
    CHECK(topic.publish_all(10) == 2);
}

TEST_CASE("ring: nobody subscribes, and nothing blocks") {
    TestTopic topic{blocking()};
    for (std::uint64_t value = 1; value <= 100; ++value) CHECK(topic.publish(value));
}

TEST_CASE("ring: the slowest of two subscribers decides") {
    TestTopic topic{blocking()};
    auto& fast = topic.join(Start::First);
    auto& slow = topic.join(Start::First);
    topic.publish_all(1);
    CHECK(fast.pass_all() == Values{1, 2, 3, 4, 5, 6, 7, 8});
    CHECK_FALSE(topic.publish(9));
    CHECK(slow.pass() == 1);
    CHECK(topic.publish_all(9) == 1);
    CHECK(fast.pass_all() == Values{9});
}

TEST_CASE("ring: both of two subscribers get everything") {
    TestTopic topic{blocking()};
    auto& one = topic.join(Start::First);
    auto& two = topic.join(Start::First);
    topic.publish_all(1);
    CHECK(one.pass_all() == Values{1, 2, 3, 4, 5, 6, 7, 8});
    CHECK(two.pass_all() == Values{1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("ring: a subscriber that leaves frees what it kept") {
    TestTopic topic{blocking()};
    topic.join(Start::First);
    topic.publish_all(1);
    topic.peers.views.clear();
    CHECK(topic.publish(9));
}

TEST_CASE("ring: a lane that names another publisher constrains nobody") {
    TestTopic topic{blocking()};
    auto& reader = topic.join(Start::First);
    reader.lane().publisher = TestTopic::publisher_id + 1;
    CHECK(topic.publish_all(1) == 1000);
}

TEST_CASE("ring: a subscriber that was there first and has said nothing yet keeps everything") {
    TestTopic topic{blocking()};
    auto& reader = topic.make_reader();
    topic.peers.views.push_back(reader.view());
    topic.peers.views.back().needed = 1;  // as libbus does for those met at its own arrival
    CHECK(topic.publish_all(1) == 8);
    reader.ring().bind(Start::First);
    CHECK(reader.pass() == 1);
}

TEST_CASE("ring: while a subscriber's segment is not open nothing is reused") {
    TestTopic topic{blocking()};
    topic.peers.all_open = false;
    CHECK(topic.publish_all(1) == 8);  // the first lap reuses nothing
    CHECK_FALSE(topic.writer.has_room(topic.peers));
    topic.peers.all_open = true;
    CHECK(topic.publish(9));
}

TEST_CASE("ring: a sample brings its size, its time and its whole payload") {
    TestTopic topic{blocking()};
    auto& reader = topic.join(Start::First);
    topic.publish(42);
    REQUIRE(reader.take() == 42);
    const auto& sample = reader.held().front();
    CHECK(sample.sequence == 1);
    CHECK(sample.size == topic.geometry.size);
    CHECK(RingReader::time_of(sample.payload) == 1042);
    CHECK(topic.intact(sample.payload, 42));
}

TEST_CASE("ring: samples of the largest size do not touch their neighbours") {
    auto options = blocking(3);
    options.size = 1000;
    TestTopic topic{options};
    auto& reader = topic.join(Start::First);
    topic.publish(1);
    topic.publish(2);
    topic.publish(3);
    REQUIRE(reader.take() == 1);
    REQUIRE(reader.take() == 2);
    CHECK(topic.intact(reader.held()[0].payload, 1));
    CHECK(topic.intact(reader.held()[1].payload, 2));
}

TEST_CASE("ring: a subscriber holds no more than its holds") {
    TestTopic topic{blocking()};
    auto& reader = topic.join(Start::First);
    topic.publish_all(1);
    CHECK(reader.take() == 1);
    CHECK(reader.take() == 2);
    CHECK_FALSE(reader.ring().ready());
    CHECK_FALSE(reader.take());
    reader.release(0);
    CHECK(reader.ring().ready());
    CHECK(reader.take() == 3);
}

TEST_CASE("ring: 64 holds are 64") {
    auto options = blocking(100);
    options.holds = 64;
    TestTopic topic{options};
    auto& reader = topic.join(Start::First);
    topic.publish_all(1);
    for (std::uint64_t value = 1; value <= 64; ++value) CHECK(reader.take() == value);
    CHECK_FALSE(reader.take());
    reader.release(63);
    CHECK(reader.take() == 65);
}

TEST_CASE("ring: samples released out of order free their slots with the oldest") {
    TestTopic topic{blocking()};
    auto& reader = topic.join(Start::First);
    topic.publish_all(1);
    REQUIRE(reader.take() == 1);
    REQUIRE(reader.take() == 2);
    reader.release(1);
    CHECK_FALSE(topic.publish(9));
    reader.release(0);
    CHECK(topic.publish_all(9) == 2);
}

TEST_CASE("ring: a held sample's bytes do not change") {
    TestTopic topic{blocking()};
    auto& reader = topic.join(Start::First);
    topic.publish_all(1);
    REQUIRE(reader.take() == 1);
    while (reader.pass()) topic.publish_all(100);
    CHECK(topic.intact(reader.held().front().payload, 1));
}

TEST_CASE("ring: it is ready when there is something to take") {
    TestTopic topic{blocking()};
    auto& reader = topic.join(Start::First);
    CHECK_FALSE(reader.ring().ready());
    topic.publish(1);
    CHECK(reader.ring().ready());
    reader.pass();
    CHECK_FALSE(reader.ring().ready());
}

TEST_CASE("ring: it is drained when all that was published is taken") {
    TestTopic topic{blocking()};
    auto& reader = topic.join(Start::First);
    CHECK(reader.ring().drained());
    topic.publish(1);
    CHECK_FALSE(reader.ring().drained());
    reader.take();
    CHECK(reader.ring().drained());
    CHECK(reader.ring().holding());
    reader.release_all();
    CHECK_FALSE(reader.ring().holding());
}

TEST_CASE("ring: it is drained whatever its publisher wrote into the head before it died") {
    TestTopic topic{blocking()};
    auto& reader = topic.join(Start::First);
    topic.publish(1);
    topic.header().head = ~std::uint64_t{0};
    CHECK_FALSE(reader.ring().drained());
    reader.pass();
    CHECK(reader.ring().drained());
    topic.slot(2).stamp = 1000;  // and a stamp from the future that no floor confirms
    CHECK(reader.ring().drained());
}

TEST_CASE("ring: both ends count what passes") {
    TestTopic topic{blocking()};
    auto& reader = topic.join(Start::First);
    topic.publish(1);
    topic.drop();
    topic.publish(2);
    topic.writer.count_stall();
    reader.pass_all();
    CHECK(topic.header().head == 3);
    CHECK(topic.header().skips == 1);
    CHECK(topic.header().unused == 0);
    CHECK(topic.header().stalls == 1);
    CHECK(abi::taken(reader.lane()) == 2);
    CHECK(reader.lane().unused == 0);
    CHECK(reader.lane().missed == 0);
}

TEST_CASE("ring: both ends count what samples fall short of the largest payload") {
    TestTopic topic{blocking()};
    auto& reader = topic.join(Start::First);
    for (const std::uint32_t size : {48U, 8U, 0U}) {
        const auto claim = topic.loan();
        topic.writer.publish(claim.payload, claim.sequence, size, 0);
        reader.pass();
    }
    CHECK(topic.header().unused == 40 + 48);
    CHECK(reader.lane().unused == 40 + 48);
}

TEST_CASE("ring: what a sample falls short counts when the head passes it") {
    TestTopic topic{blocking()};
    const auto first = topic.loan();
    const auto second = topic.loan();
    const auto third = topic.loan();
    topic.writer.publish(second.payload, second.sequence, 8, 0);
    topic.writer.publish(third.payload, third.sequence, 48, 0);
    CHECK(topic.header().unused == 0);
    topic.writer.publish(first.payload, first.sequence, 47, 0);
    CHECK(topic.header().unused == 40 + 1);
}

TEST_CASE("ring: a sample counts when it is given back, whichever is given back first") {
    for (const auto overflow : {Overflow::Block, Overflow::Overwrite}) {
        auto options = small_topic(overflow);
        options.holds = 3;
        TestTopic topic{options};
        auto& reader = topic.join(Start::First);
        for (const std::uint32_t size : {8U, 16U, 24U}) {
            const auto claim = topic.loan();
            topic.writer.publish(claim.payload, claim.sequence, size, 0);
        }
        const auto counts = [&](std::uint64_t taken, std::uint64_t unused) {
            CHECK(abi::taken(reader.lane()) == taken);
            CHECK(reader.lane().unused == unused);
        };
        for (int i = 0; i < 3; ++i) reader.take();
        counts(0, 0);
        reader.release(1);  // its neighbours stay
        counts(1, 32);
        reader.release(0);
        counts(2, 32 + 40);
        reader.release(0);
        counts(3, 32 + 40 + 24);
        topic.publish(4);
        reader.pass();
        counts(4, 32 + 40 + 24);
    }
}

TEST_CASE("ring: a short sample that is given back second counts in full") {
    TestTopic topic{blocking()};
    auto& reader = topic.join(Start::First);
    for (const std::uint32_t size : {48U, 40U, 8U}) {
        const auto claim = topic.loan();
        topic.writer.publish(claim.payload, claim.sequence, size, 0);
    }
    reader.take();
    reader.take();      // hold 1, short
    reader.release(0);  // hold 0 is free again
    reader.take();      // and has the shorter one
    reader.release(0);
    reader.release(0);
    CHECK(reader.lane().unused == 8 + 40);
    CHECK(abi::taken(reader.lane()) == 3);
}

TEST_CASE("ring: what is passed over for the newest does not count") {
    TestTopic topic{blocking()};
    auto& reader = topic.join(Start::First);
    topic.publish_all(1);
    reader.take();
    reader.latest();
    CHECK(reader.held().size() == 2);
    CHECK(abi::taken(reader.lane()) == 0);
    reader.release(0);
    CHECK(abi::taken(reader.lane()) == 1);
    reader.release(0);
    CHECK(abi::taken(reader.lane()) == 2);
}

TEST_CASE("ring: a claim's sequence is known by its payload, however many are out") {
    TestTopic topic{blocking()};
    for (int lap = 0; lap < 3; ++lap) {
        std::vector<RingWriter::Claim> claims;
        for (int i = 0; i < 5; ++i) claims.push_back(topic.loan());
        for (const auto& claim : claims)
            CHECK(topic.writer.sequence_at(claim.payload) == claim.sequence);
        for (const auto& claim : claims) topic.publish(claim, 1);
    }
}

}  // namespace
}  // namespace bus::shm
