#include <string>

#include <doctest/doctest.h>

#include "registry_fixture.hpp"

namespace shmbusd {
namespace {

using bus::Errc;
using bus::Kind;
using bus::Role;

TEST_CASE("registry: a region is found by its name") {
    TestRegistry bus;
    auto& region = bus.create("robot/pose");
    CHECK(&bus.registry.get("robot/pose") == &region);
    CHECK(region.name() == "robot/pose");
    CHECK(region.access().owner == 1000);
    CHECK(region.access().group == 1000);
    CHECK(region.access().mode == 0666);
}

TEST_CASE("registry: a name that is taken is refused") {
    TestRegistry bus;
    bus.create("a");
    const auto refused = refusal([&] { bus.create("a"); });
    CHECK(refused.code == Errc::RegionExists);
    CHECK(refused.text == "a: the region exists already");
}

TEST_CASE("registry: a name that is none is refused, and shown cut") {
    TestRegistry bus;
    CHECK(refusal([&] { bus.create("a//b"); }).code == Errc::InvalidName);
    CHECK(refusal([&] { (void)bus.registry.get(""); }).code == Errc::InvalidName);
    const auto refused = refusal([&] { bus.create(std::string(100000, 'a')); });
    CHECK(refused.code == Errc::InvalidName);
    CHECK(refused.text.size() < 200);
}

TEST_CASE("registry: a region that is not there is an error that names it") {
    TestRegistry bus;
    const auto refused = refusal([&] { (void)bus.registry.get("nowhere"); });
    CHECK(refused.code == Errc::NoSuchRegion);
    CHECK(refused.text == "nowhere: no such region");
}

TEST_CASE("registry: options that are refused leave no region") {
    TestRegistry bus;
    auto options = TestRegistry::small();
    options.size = 0;
    CHECK(refusal([&] { bus.create("a", options); }).code == Errc::InvalidArgument);
    CHECK(bus.registry.usage().regions == 0);
}

TEST_CASE("registry: a removed region's name is free again") {
    TestRegistry bus;
    bus.create("a");
    bus.registry.remove("a");
    CHECK(refusal([&] { (void)bus.registry.get("a"); }).code == Errc::NoSuchRegion);
    CHECK_FALSE(refusal([&] { bus.create("a"); }).code);
}

TEST_CASE("registry: the limit of regions is kept") {
    TestRegistry bus{{.regions = 2}};
    bus.create("a");
    bus.create("b");
    CHECK(refusal([&] { bus.create("c"); }).code == Errc::LimitsExceeded);
    bus.registry.remove("a");
    CHECK_FALSE(refusal([&] { bus.create("c"); }).code);
}

TEST_CASE("registry: the limit of attachments is kept over all regions") {
    TestRegistry bus{{.attachments = 2}};
    auto& a = bus.create("a");
    auto& b = bus.create("b");
    JoinRequest request;
    request.role = Role::Subscriber;
    (void)bus.registry.attach(a, request, user(1000));
    (void)bus.registry.attach(b, request, user(1000));
    const auto refused = refusal([&] { (void)bus.registry.attach(b, request, user(1000)); });
    CHECK(refused.code == Errc::LimitsExceeded);
    CHECK(refused.text == "b: the service has 2 attachments, its limit");
}

TEST_CASE("registry: the limit of all memory is kept") {
    TestRegistry bus{{.total = 16384}};
    auto& region = bus.create("a");  // its roster is one page
    CHECK(bus.registry.usage().bytes == 4096);
    JoinRequest request;
    request.role = Role::Publisher;
    (void)bus.registry.attach(region, request, user(1000));  // two pages
    CHECK(bus.registry.usage().bytes == 12288);
    CHECK(refusal([&] { (void)bus.registry.attach(region, request, user(1000)); }).code ==
          Errc::LimitsExceeded);
    bus.create("b");
    CHECK(refusal([&] { bus.create("c"); }).code == Errc::LimitsExceeded);
    CHECK(bus.registry.usage().bytes == 16384);
}

TEST_CASE("registry: the limit of one segment is kept") {
    TestRegistry bus{{.segment = 8192}};
    CHECK_FALSE(refusal([&] { bus.create("a"); }).code);
    auto options = TestRegistry::small();
    options.slots = 1000;
    CHECK(refusal([&] { bus.create("b", options); }).code == Errc::LimitsExceeded);
}

TEST_CASE("registry: a changed limit holds for what comes after") {
    TestRegistry bus;
    bus.create("a");
    bus.create("b");
    bus.registry.set_rules({.limits = {.regions = 1}});
    CHECK(refusal([&] { bus.create("c"); }).code == Errc::LimitsExceeded);
    CHECK(bus.registry.usage().regions == 2);
}

TEST_CASE("registry: what is used is given back") {
    TestRegistry bus;
    auto& region = bus.create("a");
    const auto before = bus.registry.usage();
    TestSubscriber subscriber{region};
    CHECK(bus.registry.usage().attachments == before.attachments + 1);
    CHECK(bus.registry.usage().bytes > before.bytes);
    subscriber.detach();
    CHECK(bus.registry.usage().bytes == before.bytes);
    bus.registry.remove("a");
    CHECK(bus.registry.usage().bytes == 0);
}

TEST_CASE("registry: a client that dies is gone from every region") {
    TestRegistry bus;
    auto& a = bus.create("a");
    auto& b = bus.create("b");
    const TestSubscriber one{a, ":1.5"};
    const TestSubscriber two{b, ":1.5"};
    bus.announced();
    bus.registry.client_gone(":1.5");
    CHECK(bus.announced() == "died 1 died 1");
    CHECK(bus.registry.usage().attachments == 0);
}

TEST_CASE("registry: every attachment has a semaphore of its own, and none is left over") {
    TestRegistry bus;
    {
        auto& a = bus.create("a");
        auto& b = bus.create("b");
        TestSubscriber one{a};
        const TestSubscriber two{b};
        const TestPublisher three{b};
        CHECK(bus.semaphores().size() == 3);
        one.detach();
        CHECK(bus.semaphores().size() == 2);
    }
    bus.registry.remove("b");
    CHECK(bus.semaphores().empty());
}

TEST_CASE("registry: a registry that ends leaves nothing in /dev/shm") {
    std::string prefix;
    {
        TestRegistry bus;
        auto& region = bus.create("a");
        const TestSubscriber one{region};
        prefix = bus.semaphores().at(0);
    }
    CHECK(bus::base::list_semaphores(prefix).empty());
}

TEST_CASE("region: its face shows what it was created with and who is in it") {
    TestRegistry bus;
    auto options = TestRegistry::small();
    options.type = "Pose";
    auto& region = bus.create("a", options);
    const TestSubscriber subscriber{region};
    const auto info = region.info();
    CHECK(info.name == "a");
    CHECK(info.kind == Kind::Topic);
    CHECK(info.type == "Pose");
    CHECK(info.publishers == 0);
    CHECK(info.subscribers == 1);
    CHECK(info.bytes == region.bytes());
    CHECK(info.owner == 1000);
    CHECK(info.mode == 0666);
}

TEST_CASE("region: statistics are what the members counted themselves") {
    TestRegistry bus;
    auto& region = bus.create("a");
    TestPublisher publisher{region};
    TestSubscriber subscriber{region};
    subscriber.bind(publisher);
    publisher.meet(subscriber);
    publisher.publish();
    publisher.publish();
    publisher.publish();
    subscriber.take();
    const auto rows = region.statistics();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].samples == 3);
    CHECK(rows[0].bytes == 24);
    CHECK(rows[1].samples == 1);
    CHECK(rows[1].bytes == 8);
    REQUIRE(rows[1].lanes.size() == 1);
    CHECK(rows[1].lanes[0].publisher == publisher.id);
    CHECK(rows[1].lanes[0].lag == 2);
}

}  // namespace
}  // namespace shmbusd
