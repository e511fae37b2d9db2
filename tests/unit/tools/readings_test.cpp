#include "readings.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using ctl::Readings;

namespace {

bus::AttachmentInfo publisher(std::uint64_t id, std::uint64_t samples, std::uint64_t bytes) {
    bus::AttachmentInfo info;
    info.id = id;
    info.role = bus::Role::Publisher;
    info.state = bus::State::Active;
    info.peer = ":1.1";
    info.samples = samples;
    info.bytes = bytes;
    return info;
}

bus::AttachmentInfo subscriber(std::uint64_t id, std::vector<bus::LaneInfo> lanes) {
    bus::AttachmentInfo info;
    info.id = id;
    info.role = bus::Role::Subscriber;
    info.state = bus::State::Active;
    info.peer = ":1.2";
    info.lanes = std::move(lanes);
    return info;
}

// One region, "topic", at so many seconds.
bus::Activity at(int second, std::vector<bus::AttachmentInfo> attachments,
                 bus::Kind kind = bus::Kind::Topic) {
    bus::Activity activity;
    activity.time = std::chrono::steady_clock::time_point{std::chrono::seconds{second}};
    activity.daemon.pid = 7;
    activity.regions.push_back(
        {.region = {.name = "topic", .kind = kind}, .slots = 8, .attachments = attachments});
    return activity;
}

const ctl::RegionReading& topic(const Readings& readings) { return *readings.find("topic"); }

}  // namespace

TEST_CASE("readings: one reading alone makes no rate") {
    Readings readings;
    readings.add(at(10, {publisher(1, 5, 50)}));
    CHECK_FALSE(topic(readings).rate);
    CHECK_FALSE(topic(readings).attachments[0].rate);
    CHECK_FALSE(readings.total());
    CHECK(readings.find("other") == nullptr);
}

TEST_CASE("readings: a rate is the rise over the time between the daemon's readings") {
    Readings readings;
    readings.add(at(10, {publisher(1, 100, 1000)}));
    readings.add(at(12, {publisher(1, 300, 5000)}));
    REQUIRE(topic(readings).rate);
    CHECK(topic(readings).rate->items == doctest::Approx(100));
    CHECK(topic(readings).rate->bytes == doctest::Approx(2000));
    CHECK(readings.total()->items == doctest::Approx(100));
}

TEST_CASE("readings: the region's rate is what is published, not what is taken") {
    auto feed = subscriber(2, {});
    Readings readings;
    readings.add(at(10, {publisher(1, 0, 0), feed}));
    feed.samples = 70;
    readings.add(at(11, {publisher(1, 30, 0), feed}));
    CHECK(topic(readings).rate->items == doctest::Approx(30));
    CHECK(topic(readings).attachments[1].rate->items == doctest::Approx(70));
}

TEST_CASE("readings: one that joined in between has counted all it has since then") {
    Readings readings;
    readings.add(at(10, {publisher(1, 100, 0)}));
    readings.add(at(11, {publisher(1, 110, 0), publisher(2, 40, 0)}));
    CHECK(topic(readings).rate->items == doctest::Approx(50));
}

TEST_CASE("readings: one that left takes nothing off the rate of the others") {
    Readings readings;
    readings.add(at(10, {publisher(1, 100, 0), publisher(2, 1'000'000, 0)}));
    readings.add(at(11, {publisher(1, 110, 0)}));
    CHECK(topic(readings).rate->items == doctest::Approx(10));
}

TEST_CASE("readings: a region made anew under the same name is another one") {
    Readings readings;
    readings.add(at(10, {publisher(1, 100, 0)}));
    auto other = publisher(1, 20, 0);
    other.peer = ":1.9";
    readings.add(at(11, {other}));
    CHECK(topic(readings).rate->items == doctest::Approx(20));
}

TEST_CASE("readings: a counter that falls makes no rate below nothing") {
    Readings readings;
    readings.add(at(10, {publisher(1, 100, 100)}));
    readings.add(at(11, {publisher(1, 90, 0)}));
    CHECK(topic(readings).rate->items == 0);
    CHECK(topic(readings).rate->bytes == 0);
}

TEST_CASE("readings: the slowest has the largest lag of all publishers together") {
    Readings readings;
    readings.add(at(10, {publisher(1, 9, 0), publisher(2, 9, 0), subscriber(3, {{1, 4}}),
                         subscriber(4, {{1, 3}, {2, 3}})}));
    const auto& region = topic(readings);
    CHECK(region.lag == 6);
    REQUIRE(region.standout() != nullptr);
    CHECK(region.standout()->info.id == 4);
    CHECK(region.occupancy == doctest::Approx(0.5));  // of the fullest ring, by 3's lag
}

TEST_CASE("readings: an evicted subscriber keeps nobody waiting") {
    auto gone = subscriber(2, {{1, 8}});
    gone.state = bus::State::Evicted;
    Readings readings;
    readings.add(at(10, {publisher(1, 9, 0), gone}));
    CHECK(topic(readings).lag == 0);
    CHECK(topic(readings).standout() == nullptr);
    CHECK(topic(readings).active == 1);
}

TEST_CASE("readings: a raw region's rate is of its lock, and its holder stands out") {
    const auto member = [](std::uint64_t id, std::uint64_t locks) {
        bus::AttachmentInfo info;
        info.id = id;
        info.role = bus::Role::Writer;
        info.state = bus::State::Active;
        info.locks = locks;
        info.holding = id == 2;
        info.waiting = id == 1;
        return info;
    };
    Readings readings;
    readings.add(at(10, {member(1, 5), member(2, 5)}, bus::Kind::Raw));
    readings.add(at(11, {member(1, 6), member(2, 9)}, bus::Kind::Raw));
    CHECK(topic(readings).rate->items == doctest::Approx(5));
    REQUIRE(topic(readings).standout() != nullptr);
    CHECK(topic(readings).standout()->info.id == 2);
    CHECK(topic(readings).waiting == 1);
    CHECK(readings.total()->items == 0);
}

TEST_CASE("readings: the daemon's part of a processor is of one process") {
    auto first = at(10, {});
    first.daemon.cpu = 1s;
    auto second = at(12, {});
    second.daemon.cpu = 2s;
    Readings readings;
    readings.add(first);
    readings.add(second);
    REQUIRE(readings.processor());
    CHECK(*readings.processor() == doctest::Approx(0.5));
    auto next = at(13, {});
    next.daemon.pid = 8;
    readings.add(next);
    CHECK_FALSE(readings.processor());
}

TEST_CASE("readings: the trail of a region that is gone goes with it") {
    Readings readings;
    readings.add(at(10, {publisher(1, 0, 0)}));
    readings.add(at(11, {publisher(1, 5, 0)}));
    CHECK(readings.trail("topic").largest() == doctest::Approx(5));
    auto without = at(12, {});
    without.regions.clear();
    readings.add(without);
    CHECK(readings.trail("topic").largest() == 0);
}

TEST_CASE("readings: a service's rate is of requests, and those without an answer take slots") {
    const auto member = [](std::uint64_t id, bus::Role role, std::uint64_t requests) {
        bus::AttachmentInfo info;
        info.id = id;
        info.role = role;
        info.state = bus::State::Active;
        info.requests = requests;
        info.in_flight = 2;
        return info;
    };
    Readings readings;
    readings.add(at(10, {member(1, bus::Role::Server, 5), member(2, bus::Role::Client, 5)},
                    bus::Kind::Service));
    readings.add(at(11, {member(1, bus::Role::Server, 9), member(2, bus::Role::Client, 9)},
                    bus::Kind::Service));
    CHECK(topic(readings).rate->items == doctest::Approx(4));
    CHECK(topic(readings).in_flight == 2);
    CHECK(topic(readings).occupancy == doctest::Approx(0.25));
}
