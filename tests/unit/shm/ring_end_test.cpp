// The usual steps of both ends, and that they and the general ones are one ring.
#include <cstdint>
#include <random>

#include <doctest/doctest.h>

#include <bus/error.hpp>
#include <bus/ring_end.hpp>

#include "base/fence.hpp"
#include "ring_fixture.hpp"

namespace bus::shm {
namespace {

using Look = LaneEnd::Look;
using Start = RingReader::Start;

[[nodiscard]] abi::Shape lossless(std::uint32_t slots = 8) {
    auto options = small_topic(Overflow::Block);
    options.fence = Fence::Asymmetric;
    options.slots = slots;
    return options;
}

// A lossless topic whose light fences cost nothing, with a roster's word and one subscriber.
class UsualTopic {
public:
    explicit UsualTopic(const abi::Shape& options = lossless()) : topic{options} {
        base::register_membarrier("ring-end-test");
        auto& end = topic.writer.end();
        end.change = &change;
        end.seen = change.load();
        end.full = topic.geometry.size;
        reader_ = &topic.join(Start::First);
        epoch_ = &reader_->sleep().epoch;
        end.epochs = &epoch_;
        end.epochs_end = &epoch_ + 1;
    }
    [[nodiscard]] PublisherEnd& writing() { return topic.writer.end(); }
    [[nodiscard]] LaneEnd& reading() { return reader_->ring().end(); }
    [[nodiscard]] TestReader& reader() { return *reader_; }
    // By the usual steps alone; false when they will not.
    bool publish(std::uint64_t value, std::size_t size = 48) {
        auto* loan = writing().lend();
        if (loan == nullptr) return false;
        topic.fill(loan, value);
        return writing().publish(loan, size);
    }
    void publish_short(std::uint32_t size) {
        const auto claim = topic.loan();
        topic.writer.publish(claim.payload, claim.sequence, size, 0);
    }

    abi::Word change{5};
    TestTopic topic;

private:
    TestReader* reader_ = nullptr;
    const abi::Word* epoch_ = nullptr;
};

// Where membarrier is forbidden there are no usual steps.
bool permitted() {
    try {
        base::register_membarrier("ring-end-test");
        return true;
    } catch (const Error& error) {
        MESSAGE("skipped: " << error.what());
        return false;
    }
}

TEST_CASE("ring end: what is published is taken and given back without a call") {
    if (!permitted()) return;
    UsualTopic usual;
    CHECK(usual.reading().take() == Look::Nothing);
    REQUIRE(usual.publish(7));
    CHECK(usual.topic.header().head == 1);
    REQUIRE(usual.reading().take() == Look::Sample);
    const auto* sample = usual.reading().lent;
    CHECK(usual.topic.intact(sample, 7));
    CHECK(usual.reader().lane().cursor == 1);
    CHECK(abi::taken(usual.reader().lane()) == 0);
    REQUIRE(usual.reading().take_back(sample));
    CHECK(usual.reader().lane().cursor == 2);
    CHECK(abi::taken(usual.reader().lane()) == 1);
    CHECK(usual.reading().take() == Look::Nothing);
}

TEST_CASE("ring end: usual and general steps mix in any order") {
    if (!permitted()) return;
    UsualTopic usual{lossless(7)};
    std::mt19937 random{6};
    std::uint64_t published = 0;
    std::uint64_t taken = 0;
    for (int step = 0; step < 20000; ++step) {
        switch (random() % 4) {
            case 0:
                published += usual.publish(published + 1);
                break;
            case 1:
                published += usual.topic.publish(published + 1);
                break;
            case 2:
                if (const auto value = usual.reader().pass()) CHECK(*value == ++taken);
                break;
            default:
                if (usual.reading().take() != Look::Sample) break;
                const auto* sample = usual.reading().lent;
                CHECK(usual.topic.intact(sample, ++taken));
                if (random() % 2 == 0)
                    usual.reader().ring().release(0);
                else
                    REQUIRE(usual.reading().take_back(sample));
        }
    }
    CHECK(taken > 1000);
    CHECK(published - taken <= 7);
    CHECK(abi::taken(usual.reader().lane()) == taken);
    CHECK(usual.topic.header().head == published);
}

TEST_CASE("ring end: a sample that is out keeps its slot and is known to the general steps") {
    if (!permitted()) return;
    UsualTopic usual;
    usual.topic.publish_all(1);
    REQUIRE(usual.reading().take() == Look::Sample);
    const auto* sample = usual.reading().lent;
    CHECK(usual.reader().ring().holding());
    CHECK(usual.reader().ring().sequence_of(0) == 1);
    CHECK_FALSE(usual.topic.publish(9));
    CHECK(usual.reading().take() == Look::Unusual);
    const auto second = usual.reader().ring().take();
    CHECK(second.hold == 1);
    CHECK(usual.reader().ring().sequence_of(0) == 1);
    CHECK_FALSE(usual.reading().take_back(sample));
    usual.reader().ring().release(1);
    CHECK_FALSE(usual.topic.publish(9));
    usual.reader().ring().release(0);
    CHECK(usual.topic.publish_all(9) == 2);
    CHECK(usual.reading().take() == Look::Sample);
}

TEST_CASE("ring end: with one hold, a sample that is out is all that can be") {
    if (!permitted()) return;
    auto options = lossless();
    options.holds = 1;
    UsualTopic usual{options};
    usual.topic.publish_all(1);
    REQUIRE(usual.reading().take() == Look::Sample);
    const auto* sample = usual.reading().lent;
    CHECK_FALSE(usual.reader().ring().ready());
    CHECK(usual.reader().ring().take().payload == nullptr);
    CHECK_FALSE(usual.reading().take_back(sample));
    usual.reader().ring().release(0);
    CHECK(usual.reader().ring().ready());
}

TEST_CASE("ring end: samples of every size count the same") {
    if (!permitted()) return;
    UsualTopic usual;
    std::uint64_t taken = 0;
    std::uint64_t unused = 0;
    for (const std::uint32_t size : {48U, 8U, 48U, 48U, 0U, 16U, 48U}) {
        usual.publish_short(size);
        REQUIRE(usual.reading().take() == (size == 48 ? Look::Sample : Look::Unusual));
        if (size == 48) {
            REQUIRE(usual.reading().take_back(usual.reading().lent));
        } else {
            const auto sample = usual.reader().ring().take();
            CHECK(sample.size == size);
            CHECK(usual.reader().lane().unused == unused);
            CHECK_FALSE(usual.reading().take_back(sample.payload));
            usual.reader().ring().release(sample.hold);
        }
        unused += 48 - size;
        CHECK(abi::taken(usual.reader().lane()) == ++taken);
        CHECK(usual.reader().lane().unused == unused);
    }
}

TEST_CASE("ring end: a loan that is not the only one, or not full, is published by a call") {
    if (!permitted()) return;
    UsualTopic usual;
    auto* first = usual.writing().lend();
    auto* second = usual.writing().lend();
    CHECK_FALSE(usual.writing().publish(first, 48));
    usual.topic.writer.publish(first, usual.topic.writer.sequence_at(first), 48, 0);
    CHECK_FALSE(usual.writing().publish(second, 47));
    CHECK(usual.writing().publish(second, 48));
    CHECK(usual.topic.header().head == 2);
}

TEST_CASE("ring end: a full sample says what was skipped before it") {
    if (!permitted()) return;
    UsualTopic usual;
    REQUIRE(usual.topic.drop());
    REQUIRE(usual.publish(2));
    CHECK(abi::SlotExtent::unpack(usual.topic.slot(2).extent).skips == 1);
    CHECK(usual.reading().take() == Look::Unusual);  // at the skip
    CHECK(usual.reader().pass() == 2);
    REQUIRE(usual.publish(3));
    CHECK(usual.reading().take() == Look::Sample);
}

TEST_CASE("ring end: nothing is lent without room, nor when the roster moved") {
    if (!permitted()) return;
    UsualTopic usual;
    for (std::uint64_t value = 1; value <= 8; ++value) CHECK(usual.publish(value));
    CHECK_FALSE(usual.publish(9));
    usual.reader().pass();
    REQUIRE(usual.topic.writer.has_room(usual.topic.peers));
    ++usual.change;
    CHECK(usual.writing().somebody_waits());
    CHECK_FALSE(usual.publish(9));
    usual.writing().seen = usual.change;
    CHECK(usual.publish(9));
}

TEST_CASE("ring end: a sleeper shows, on either side") {
    if (!permitted()) return;
    UsualTopic usual;
    CHECK_FALSE(usual.writing().somebody_waits());
    usual.reader().sleep().epoch = 1;
    CHECK(usual.writing().somebody_waits());
    usual.reader().sleep().epoch = 2;
    CHECK_FALSE(usual.writing().somebody_waits());
    CHECK_FALSE(usual.reading().publisher_sleeps());
    usual.topic.header().sleep.epoch = 1;
    CHECK(usual.reading().publisher_sleeps());
}

TEST_CASE("ring end: a few looks find a sample, and give up where a wait must go on") {
    if (!permitted()) return;
    UsualTopic usual;
    SubscriberEnd end;
    end.change = &usual.change;
    end.seen = usual.change.load();
    CHECK_FALSE(end.usual());  // no publisher, or several
    end.lane = &usual.reading();
    CHECK(end.usual());
    end.looks = 3;
    CHECK_FALSE(end.look_often());
    REQUIRE(usual.publish(7));
    CHECK(end.look_often());
    end.looks = 0;  // who does not spin
    CHECK_FALSE(end.look_often());
    end.looks = 3;
    REQUIRE(usual.reading().take() == Look::Sample);
    REQUIRE(usual.publish(8));
    CHECK_FALSE(end.look_often());  // one is out: whether another can be is not usual to say
    REQUIRE(usual.reading().take_back(usual.reading().lent));
    CHECK(end.look_often());
    CHECK(end.waited_at == 2);
    usual.change = 6;
    CHECK_FALSE(end.usual());
}

TEST_CASE("ring end: with full fences no take is usual") {
    TestTopic topic{small_topic(Overflow::Block)};
    auto& reader = topic.join(Start::First);
    topic.publish(1);
    CHECK(reader.ring().end().take() == Look::Unusual);
    CHECK(reader.pass() == 1);
    topic.publish(2);
    CHECK(reader.ring().end().take() == Look::Unusual);
}

}  // namespace
}  // namespace bus::shm
