// Limits of a region and of the service.
#include <list>
#include <optional>
#include <string>

#include <fcntl.h>
#include <sys/resource.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "actor.hpp"
#include "cargo.hpp"
#include "descriptor.hpp"
#include "descriptor_limit.hpp"
#include "refusal.hpp"
#include "stage.hpp"
#include "watchdog.hpp"
#include "wire_client.hpp"

using namespace integration;

namespace {

// How a subscriber fares that may open so many descriptors more.
std::string join_with(::rlim_t spare, const bus::Connection& connection) {
    const Descriptor next{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    const DescriptorLimit few{static_cast<::rlim_t>(next.get()) + 1 + spare};
    try {
        const bus::BytesSubscriber subscriber{connection, "topic"};
        return "joined ";
    } catch (const bus::Error&) {
        return "refused ";
    }
}

}  // namespace

TEST_CASE("capacity: one publisher too many is refused, and the place of one that left is free") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64, .publishers = 2});
    std::optional<bus::BytesPublisher> first{std::in_place, connection, "topic"};
    const bus::BytesPublisher second{connection, "topic"};
    const auto open = stage.open_in_daemon();
    check_refused(bus::Errc::LimitsExceeded, {"topic", "2", "publishers"}, [&] {
        const bus::BytesPublisher third{connection, "topic"};
    });
    CHECK(stage.open_in_daemon() == open);
    first.reset();
    CHECK_NOTHROW((bus::BytesPublisher{connection, "topic"}));
}

TEST_CASE("capacity: one subscriber too many is refused, and the place of one that left is free") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64, .subscribers = 2});
    std::optional<bus::BytesSubscriber> first{std::in_place, connection, "topic"};
    const bus::BytesSubscriber second{connection, "topic"};
    const auto open = stage.open_in_daemon();
    check_refused(bus::Errc::LimitsExceeded, {"topic", "2", "subscribers"}, [&] {
        const bus::BytesSubscriber third{connection, "topic"};
    });
    CHECK(stage.open_in_daemon() == open);
    first.reset();
    CHECK_NOTHROW((bus::BytesSubscriber{connection, "topic"}));
}

TEST_CASE("capacity: departed publishers keep their places until they are drained") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64, .publishers = 1});
    bus::BytesSubscriber feed{connection, "topic"};
    for (const std::uint64_t sender : {1U, 2U}) {
        bus::BytesPublisher publisher{connection, "topic"};
        publish_cargo(publisher, sender, 1, 5);
    }
    check_refused(bus::Errc::LimitsExceeded, {"topic", "departed"}, [&] {
        const bus::BytesPublisher third{connection, "topic"};
    });
    Ledger ledger;
    take_cargo(feed, ledger, 10);
    CHECK_FALSE(feed.take());
    bus::BytesPublisher third{connection, "topic"};
    publish_cargo(third, 3, 1, 5);
    take_cargo(feed, ledger, 15);
}

TEST_CASE("capacity: the service's limits of regions, attachments and memory hold") {
    const Stage stage{
        "[Limits]\nMaxRegions=2\nMaxAttachments=3\nMaxSegmentSize=1M\nMaxTotalSize=2M\n"};
    auto connection = stage.connect();
    connection.create_topic("one", {.size = 64});
    connection.create_topic("two", {.size = 100'000, .slots = 9});
    check_refused(bus::Errc::LimitsExceeded, {"three", "2 regions"},
                  [&] { connection.create_topic("three", {.size = 64}); });
    connection.remove("one");
    check_refused(bus::Errc::LimitsExceeded, {"size", "1048576"},
                  [&] { connection.create_topic("one", {.size = 1'000'000}); });
    connection.create_topic("one", {.size = 64});

    const bus::BytesPublisher large{connection, "two"};
    const bus::BytesPublisher second{connection, "two"};
    const auto open = stage.open_in_daemon();
    check_refused(bus::Errc::LimitsExceeded, {"two", "memory limit"}, [&] {
        const bus::BytesPublisher third{connection, "two"};
    });
    const bus::BytesSubscriber feed{connection, "one"};
    check_refused(bus::Errc::LimitsExceeded, {"one", "3 attachments"}, [&] {
        const bus::BytesSubscriber another{connection, "one"};
    });
    CHECK(stage.open_in_daemon().segments == open.segments + 1);
    CHECK(stage.usage()["attachments"] == 3);
}

TEST_CASE(
    "capacity: a daemon out of descriptors refuses, keeps serving, and keeps nothing of clients "
    "that leave") {
    Stage stage;
    std::optional<bus::Connection> connection{stage.connect()};
    connection->create_topic("topic", {.size = 64, .publishers = 200});
    const auto before = stage.open_in_daemon();
    const ::rlimit few{before.descriptors + 20, before.descriptors + 20};
    REQUIRE(::prlimit(stage.daemon().pid(), RLIMIT_NOFILE, &few, nullptr) == 0);
    std::list<bus::BytesPublisher> publishers;
    std::string refusal;
    while (refusal.empty() && publishers.size() < 200) try {
            publishers.emplace_back(*connection, "topic");
        } catch (const bus::Error& error) {
            refusal = error.what();
        }
    CAPTURE(refusal);
    CHECK(refusal.find("topic") != std::string::npos);
    CHECK(publishers.size() < 21);
    CHECK(stage.daemon().process().running());
    publishers.clear();
    CHECK_NOTHROW((bus::BytesPublisher{*connection, "topic"}));
    connection.reset();  // and with it what was refused halfway
    await("the client's places", [&] { return stage.usage()["attachments"] == 0; });
    CHECK(stage.open_in_daemon() == before);
    CHECK(stage.semaphores().empty());
}

TEST_CASE("capacity: clients that attach and never take part lose their places when they leave") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64, .publishers = 1});
    std::optional<WireClient> idler{std::in_place, stage.address()};
    static_cast<void>(idler->attach("topic", "publisher"));
    check_refused(bus::Errc::LimitsExceeded, {"topic"}, [&] {
        const bus::BytesPublisher late{connection, "topic"};
    });
    CHECK(connection.status("topic").attachments.empty());
    idler.reset();
    await("the idler's place", [&] { return stage.usage()["attachments"] == 0; });
    CHECK_NOTHROW((bus::BytesPublisher{connection, "topic"}));
}

TEST_CASE("capacity: more subscribers find a place than a process may usually open descriptors") {
    Stage stage{"[Quota]\nMaxAttachments=2000\n"};
    stage.kill_daemon();
    {
        const DescriptorLimit usual{1024};
        stage.start_daemon();
    }
    stage.connect().create_topic("topic", {.size = 64, .publishers = 1, .subscribers = 1024});
    WireClient client{stage.address()};
    for (int count = 0; count < 1024; ++count)
        REQUIRE_NOTHROW(static_cast<void>(client.join("topic", "subscriber")));
    CHECK(stage.connect().status("topic").region.subscribers == 1024);
}

TEST_CASE("capacity: a client out of descriptors is refused, whichever one it lacks") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64});
    Actor client{"client", [&](Cue& cue) {
                     std::string outcomes;
                     for (::rlim_t spare = 0; spare < 12; ++spare)
                         outcomes += join_with(spare, stage.connect());
                     cue.tell("outcomes", outcomes);
                 }};
    const auto outcomes = client.expect("outcomes");
    CAPTURE(outcomes);
    CHECK(outcomes.starts_with("refused "));
    CHECK(outcomes.ends_with("joined "));
    client.finish();
    await("the client's places", [&] { return stage.usage()["attachments"] == 0; });
}
