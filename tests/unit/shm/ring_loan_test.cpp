// Loans: the order in which they become visible, and what one that is kept or dropped means.
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include "ring_fixture.hpp"

namespace bus::shm {
namespace {

using Values = std::vector<std::uint64_t>;
using Start = RingReader::Start;

TEST_CASE("loan: each takes the next sequence") {
    TestTopic topic{small_topic(Overflow::Block)};
    CHECK(topic.writer.next() == 1);
    CHECK(topic.loan().sequence == 1);
    CHECK(topic.loan().sequence == 2);
    CHECK(topic.writer.next() == 3);
}

TEST_CASE("loan: nobody sees it before it is published") {
    TestTopic topic{small_topic(Overflow::Block)};
    auto& reader = topic.join(Start::First);
    const auto loan = topic.loan();
    CHECK_FALSE(reader.take());
    CHECK_FALSE(reader.ring().ready());
    topic.publish(loan, 5);
    CHECK(reader.take() == 5);
}

TEST_CASE("loan: published out of order, samples become visible in loan order") {
    for (const auto overflow : {Overflow::Block, Overflow::Overwrite}) {
        TestTopic topic{small_topic(overflow)};
        auto& reader = topic.join(Start::First);
        const auto first = topic.loan();
        const auto second = topic.loan();
        topic.publish(second, 2);
        CHECK_FALSE(reader.take());
        CHECK(topic.header().head == 0);
        topic.publish(first, 1);
        CHECK(topic.header().head == 2);
        CHECK(reader.pass_all() == Values{1, 2});
    }
}

TEST_CASE("loan: the head stands still until the oldest is published") {
    TestTopic topic{small_topic(Overflow::Block)};
    const auto first = topic.loan();
    const auto second = topic.loan();
    const auto third = topic.loan();
    topic.publish(third, 3);
    topic.publish(first, 1);
    CHECK(topic.header().head == 1);
    topic.publish(second, 2);
    CHECK(topic.header().head == 3);
}

TEST_CASE("loan: a dropped one is passed over") {
    for (const auto overflow : {Overflow::Block, Overflow::Overwrite}) {
        TestTopic topic{small_topic(overflow)};
        auto& reader = topic.join(Start::First);
        topic.publish(1);
        topic.drop();
        topic.drop();
        topic.publish(2);
        CHECK(reader.pass_all() == Values{1, 2});
        CHECK(reader.ring().missed() == 0);
    }
}

TEST_CASE("loan: dropped out of order, the rest still arrives in order") {
    TestTopic topic{small_topic(Overflow::Block)};
    auto& reader = topic.join(Start::First);
    const auto first = topic.loan();
    const auto second = topic.loan();
    const auto third = topic.loan();
    topic.writer.give_back(second.payload, second.sequence);
    topic.publish(third, 3);
    CHECK_FALSE(reader.take());
    topic.publish(first, 1);
    CHECK(reader.pass_all() == Values{1, 3});
    CHECK(topic.header().head == 3);
}

TEST_CASE("loan: skips alone leave nothing to take, and the ring is drained") {
    TestTopic topic{small_topic(Overflow::Block)};
    auto& reader = topic.join(Start::First);
    topic.drop();
    CHECK(reader.ring().ready());
    CHECK_FALSE(reader.take());
    CHECK(reader.ring().drained());
}

TEST_CASE("loan: passing over skips frees their slots, and says so once") {
    TestTopic topic{small_topic(Overflow::Block)};
    auto& reader = topic.join(Start::First);
    for (int i = 0; i < 8; ++i) CHECK(topic.drop());
    CHECK_FALSE(topic.drop());
    CHECK_FALSE(reader.take());
    CHECK(reader.ring().moved_without_release());
    CHECK_FALSE(reader.ring().moved_without_release());
    CHECK(topic.publish_all(1) == 8);
}

TEST_CASE("loan: a slot on loan is not claimed again, even when nobody subscribes") {
    TestTopic topic{small_topic(Overflow::Block)};
    const auto kept = topic.loan();
    CHECK(topic.publish_all(1) == 7);
    CHECK(topic.loan().sequence == 0);
    topic.publish(kept, 0);
    CHECK(topic.publish(8));
}

TEST_CASE("loan: a slot on loan is not claimed again by a ring that overwrites") {
    TestTopic topic{small_topic(Overflow::Overwrite)};
    const auto kept = topic.loan();
    const auto published = topic.publish_all(1);
    CHECK(published < topic.geometry.slots);
    CHECK(topic.loan().sequence == 0);
    topic.fill(kept.payload, 77);
    CHECK(topic.intact(kept.payload, 77));
    topic.publish(kept, 0);
    CHECK(topic.publish_all(1) == 1000);
}

TEST_CASE("loan: every slot can be on loan at once") {
    TestTopic topic{small_topic(Overflow::Block)};
    auto& reader = topic.join(Start::First);
    std::vector<RingWriter::Claim> loans;
    for (int i = 0; i < 8; ++i) loans.push_back(topic.loan());
    CHECK(topic.loan().sequence == 0);
    for (auto i = loans.size(); i-- > 0;) topic.publish(loans[i], i);
    CHECK(reader.pass_all() == Values{0, 1, 2, 3, 4, 5, 6, 7});
}

}  // namespace
}  // namespace bus::shm
