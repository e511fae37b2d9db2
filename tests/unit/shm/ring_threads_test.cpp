// One publisher and two subscribers at full speed in three threads. What is checked is checked of
// every sample: whole, in order, and all accounted for.
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <bus/error.hpp>

#include "base/fence.hpp"
#include "ring_fixture.hpp"

namespace bus::shm {
namespace {

using Start = RingReader::Start;

struct Count {
    std::uint64_t taken = 0;
    std::uint64_t torn = 0;
    std::uint64_t disordered = 0;
};

// Takes all there is until the publisher is done and the ring is drained.
Count consume(TestTopic& topic, TestReader& reader, const std::atomic<bool>& done) {
    Count count;
    std::uint64_t last = 0;
    while (true) {
        const bool over = done.load();
        if (const auto value = reader.take()) {
            ++count.taken;
            count.torn += !topic.intact(reader.held().back().payload, *value);
            count.disordered += *value <= last;
            last = *value;
            if (reader.held().size() == topic.geometry.holds) reader.release(0);
        } else if (over) {
            reader.release_all();
            if (!reader.ring().ready()) return count;
        } else {
            std::this_thread::yield();
        }
    }
}

struct Outcome {
    std::uint64_t published = 0;
    std::vector<Count> counts;
    std::vector<std::uint64_t> missed;
};

Outcome run(abi::Shape options, std::uint64_t samples) {
    TestTopic topic{options};
    TestReader* readers[] = {&topic.join(Start::First), &topic.join(Start::First)};
    std::atomic<bool> done = false;
    Outcome outcome;
    outcome.counts.resize(2);
    std::thread first{[&] { outcome.counts[0] = consume(topic, *readers[0], done); }};
    std::thread second{[&] { outcome.counts[1] = consume(topic, *readers[1], done); }};
    while (outcome.published < samples) {
        if (outcome.published % 97 == 0) topic.drop();
        if (topic.publish(outcome.published + 1))
            ++outcome.published;
        else
            std::this_thread::yield();
    }
    done = true;
    first.join();
    second.join();
    for (auto* reader : readers) outcome.missed.push_back(reader->ring().missed());
    return outcome;
}

void check(const Outcome& outcome) {
    for (std::size_t i = 0; i < outcome.counts.size(); ++i) {
        CHECK(outcome.counts[i].torn == 0);
        CHECK(outcome.counts[i].disordered == 0);
        CHECK(outcome.counts[i].taken + outcome.missed[i] == outcome.published);
    }
}

abi::Shape busy_topic(Overflow overflow, Fence fence) {
    auto options = small_topic(overflow);
    options.size = 256;
    options.slots = overflow == Overflow::Block ? 61 : 2;
    options.fence = fence;
    return options;
}

TEST_CASE("ring: blocking in threads, every subscriber gets everything whole and in order") {
    const auto outcome = run(busy_topic(Overflow::Block, Fence::Full), 10000);
    check(outcome);
    CHECK(outcome.missed == std::vector<std::uint64_t>{0, 0});
}

TEST_CASE("ring: overwriting in threads, every sample is whole and every miss is counted") {
    check(run(busy_topic(Overflow::Overwrite, Fence::Full), 10000));
}

TEST_CASE("ring: with the asymmetric fence, threads lose and tear nothing either") {
    try {
        base::register_membarrier("threads-test");
    } catch (const Error& error) {
        MESSAGE("skipped: " << error.what());
        return;
    }
    check(run(busy_topic(Overflow::Block, Fence::Asymmetric), 10000));
    check(run(busy_topic(Overflow::Overwrite, Fence::Asymmetric), 10000));
}

TEST_CASE("ring: a subscriber that joins at full speed starts with a whole sample") {
    auto options = busy_topic(Overflow::Overwrite, Fence::Full);
    options.history = 3;
    TestTopic topic{options};
    std::atomic<bool> done = false;
    std::vector<TestReader*> readers;
    for (int i = 0; i < 40; ++i) readers.push_back(&topic.make_reader());
    for (auto* reader : readers) topic.peers.views.push_back(reader->view());
    std::uint64_t torn = 0;
    std::thread joiner{[&] {
        for (auto* reader : readers) {
            reader->ring().bind(Start::History);
            for (int i = 0; i < 50; ++i)
                if (const auto value = reader->take()) {
                    torn += !topic.intact(reader->held().back().payload, *value);
                    reader->release_all();
                }
        }
        done = true;
    }};
    for (std::uint64_t value = 1; !done; ++value) topic.publish(value);
    joiner.join();
    CHECK(torn == 0);
}

}  // namespace
}  // namespace bus::shm
