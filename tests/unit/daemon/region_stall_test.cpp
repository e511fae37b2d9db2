// Patience: when a subscriber that keeps a lossless topic waiting is put out, and when not.
#include <chrono>

#include <doctest/doctest.h>

#include "registry_fixture.hpp"

namespace shmbusd {
namespace {

using namespace std::chrono_literals;
using bus::Errc;

// A publisher and a subscriber that takes from it; the publisher's ring is full.
class Standstill {
public:
    explicit Standstill(std::chrono::nanoseconds patience = 10s)
        : region{bus.create("r", options(patience))}, publisher{region}, subscriber{region} {
        subscriber.bind(publisher);
        publisher.meet(subscriber);
        publisher.publish_all();
        bus.announced();
    }
    bool report(Time::duration at) {
        return region.report_stall(publisher.id, subscriber.id, ":1.1", Time{at});
    }
    static bus::abi::Shape options(std::chrono::nanoseconds patience) {
        auto options = TestRegistry::small();
        options.patience = patience;
        return options;
    }

    TestRegistry bus;
    Region& region;
    TestPublisher publisher;
    TestSubscriber subscriber;
};

TEST_CASE("patience: a laggard is put out when the patience has run out, not before") {
    Standstill scene;
    const TestRoster roster{scene.region};
    CHECK_FALSE(scene.report(100s));
    CHECK_FALSE(scene.report(109s));
    CHECK(roster.entry(4) == "2 subscriber active");
    CHECK(scene.report(110s));
    CHECK(roster.entry(4) == "2 subscriber evicted");
    CHECK(scene.bus.announced() == "evicted 2");
}

TEST_CASE("patience: a subscriber that moved on starts it again") {
    Standstill scene;
    CHECK_FALSE(scene.report(100s));
    REQUIRE(scene.subscriber.take());
    scene.publisher.publish_all();
    CHECK_FALSE(scene.report(109s));
    CHECK_FALSE(scene.report(118s));
    CHECK(scene.report(119s));
}

TEST_CASE("patience: nobody is put out while the ring has room") {
    Standstill scene;
    CHECK_FALSE(scene.report(100s));
    REQUIRE(scene.subscriber.take());
    CHECK_FALSE(scene.report(200s));
    CHECK_FALSE(scene.report(300s));
}

TEST_CASE("patience: whoever sleeps is woken when it begins, and once") {
    Standstill scene;
    bus::base::Semaphore semaphore{scene.subscriber.attachment->semaphore()};
    scene.subscriber.sleep().epoch = 1;
    const auto posted = [&semaphore] {
        const bool found = semaphore.wait_for(0ns);
        semaphore.forget();
        return found;
    };
    while (posted()) {
    }
    CHECK_FALSE(scene.report(100s));
    CHECK(posted());
    CHECK_FALSE(scene.report(105s));
    CHECK_FALSE(posted());
    scene.subscriber.take();
    scene.publisher.publish_all();
    CHECK_FALSE(scene.report(109s));
    CHECK(posted());
}

TEST_CASE("patience: zero is for ever") {
    Standstill scene{0s};
    CHECK_FALSE(scene.report(100s));
    CHECK_FALSE(scene.report(1000000s));
}

TEST_CASE("patience: whoever has not even said where it stands is put out too") {
    TestRegistry bus;
    auto& region = bus.create("r", Standstill::options(10s));
    const TestSubscriber silent{region, ":1.2"};
    TestPublisher publisher{region};
    publisher.meet(silent);
    publisher.publish_all();
    CHECK_FALSE(region.report_stall(publisher.id, silent.id, ":1.1", Time{0s}));
    CHECK(region.report_stall(publisher.id, silent.id, ":1.1", Time{10s}));
}

TEST_CASE("patience: a cursor below the floor is no way around it") {
    auto options = Standstill::options(10s);
    TestRegistry bus;
    auto& region = bus.create("r", options);
    TestPublisher publisher{region};
    TestSubscriber subscriber{region};
    subscriber.bind(publisher);
    publisher.meet(subscriber);
    for (int i = 0; i < 20; ++i) {
        publisher.publish_all();
        subscriber.take_all();
    }
    publisher.publish_all();
    subscriber.lane().cursor = 1;  // a lie: overwritten long ago
    REQUIRE_FALSE(publisher.publish());
    CHECK_FALSE(region.report_stall(publisher.id, subscriber.id, ":1.1", Time{0s}));
    CHECK(region.report_stall(publisher.id, subscriber.id, ":1.1", Time{10s}));
}

TEST_CASE("patience: a cursor that goes to and fro is no way around it") {
    Standstill scene;
    scene.subscriber.take();
    scene.publisher.publish_all();
    CHECK_FALSE(scene.report(100s));
    scene.subscriber.lane().cursor = 1;
    CHECK_FALSE(scene.report(105s));
    scene.subscriber.lane().cursor = 2;
    CHECK(scene.report(110s));
}

TEST_CASE("patience: a publisher that lies about its head evicts nobody that has nothing to take") {
    TestRegistry bus;
    auto& region = bus.create("r", Standstill::options(10s));
    TestPublisher publisher{region};
    TestSubscriber subscriber{region};
    subscriber.bind(publisher);
    publisher.header().head = 1000;
    CHECK_FALSE(region.report_stall(publisher.id, subscriber.id, ":1.1", Time{0s}));
    CHECK_FALSE(region.report_stall(publisher.id, subscriber.id, ":1.1", Time{100s}));
}

TEST_CASE(
    "patience: a publisher that lies about its floor evicts nobody that has nothing to take") {
    TestRegistry bus;
    auto& region = bus.create("r", Standstill::options(10s));
    TestPublisher publisher{region};
    TestSubscriber subscriber{region};
    subscriber.bind(publisher);
    publisher.header().head = 1010;
    publisher.header().floor = 1000;
    publisher.slot(1000).stamp = 1000;
    REQUIRE_FALSE(subscriber.take());
    CHECK_FALSE(region.report_stall(publisher.id, subscriber.id, ":1.1", Time{0s}));
    CHECK_FALSE(region.report_stall(publisher.id, subscriber.id, ":1.1", Time{100s}));
}

TEST_CASE("patience: only a publisher reports, and only of a subscriber that is active") {
    Standstill scene;
    const auto reports = [&](std::uint64_t id, std::uint64_t laggard, const char* peer) {
        return refusal([&] { (void)scene.region.report_stall(id, laggard, peer, Time{}); }).code;
    };
    CHECK(reports(2, 1, ":1.2") == Errc::NoSuchAttachment);
    CHECK(reports(2, 2, ":1.2") == Errc::NoSuchAttachment);
    CHECK(reports(1, 1, ":1.1") == Errc::NoSuchAttachment);
    CHECK(reports(1, 99, ":1.1") == Errc::NoSuchAttachment);
    CHECK_FALSE(reports(1, 2, ":1.1"));
}

TEST_CASE("patience: an evicted subscriber takes part no more, and leaves announced") {
    Standstill scene;
    CHECK_FALSE(scene.report(100s));
    CHECK(scene.report(110s));
    CHECK(scene.region.count_active(bus::Role::Subscriber) == 0);
    CHECK(refusal([&] { (void)scene.report(111s); }).code == Errc::NoSuchAttachment);
    scene.subscriber.detach();
    CHECK(scene.bus.announced() == "evicted 2 detached 2");
}

TEST_CASE("patience: a departed publisher goes with the subscriber that was put out") {
    Standstill scene;
    const TestRoster roster{scene.region};
    TestPublisher departed{scene.region, ":1.8"};
    departed.publish();
    departed.die();
    CHECK(roster.entry(1) == "3 publisher departed");
    CHECK_FALSE(scene.report(100s));
    CHECK(scene.report(110s));
    CHECK(roster.entry(1) == "free");
}

TEST_CASE("patience: what was said of one who left is forgotten") {
    Standstill scene;
    CHECK_FALSE(scene.report(100s));
    scene.subscriber.detach();
    TestSubscriber next{scene.region, ":1.3"};
    next.bind(scene.publisher);
    scene.publisher.meet(next);
    scene.publisher.publish_all();
    CHECK_FALSE(scene.region.report_stall(scene.publisher.id, next.id, ":1.1", Time{200s}));
    CHECK(scene.region.report_stall(scene.publisher.id, next.id, ":1.1", Time{210s}));
}

}  // namespace
}  // namespace shmbusd
