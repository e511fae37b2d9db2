// Connection::activity(): everything that goes on, read in three calls.
#include <csignal>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"

using namespace integration;
using namespace std::chrono_literals;

namespace {

constexpr auto enough = 30s;

}  // namespace

TEST_CASE("activity: every region is there with everyone in it, as its own status says") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("b", {.size = 64, .slots = 8});
    connection.create_topic("a", {.size = 64});
    bus::BytesPublisher publisher{connection, "b"};
    const bus::BytesSubscriber feed{connection, "b"};
    publish_cargo(publisher, 1, 1, 5, 20);
    const auto activity = connection.activity(enough);
    REQUIRE(activity.regions.size() == 2);
    CHECK(activity.regions[0].region.name == "a");
    CHECK(activity.regions[0].attachments.empty());
    const auto& [region, slots, attachments] = activity.regions[1];
    const auto status = connection.status("b");
    CHECK(region.name == "b");
    CHECK(region.publishers == 1);
    CHECK(region.subscribers == 1);
    CHECK(region.bytes == status.region.bytes);
    CHECK(slots == status.slots);
    REQUIRE(attachments.size() == 2);
    CHECK(attachments[0].samples == 5);
    CHECK(attachments[0].bytes == 100);
    CHECK(attachments[0].pid == ::getpid());
    REQUIRE(attachments[1].lanes.size() == 1);
    CHECK(attachments[1].lanes[0].lag == 5);
}

TEST_CASE("activity: readings are told apart by the daemon's clock") {
    const Stage stage;
    auto connection = stage.connect();
    const auto before = std::chrono::steady_clock::now();
    const auto first = connection.activity(enough);
    const auto second = connection.activity(enough);
    CHECK(first.time >= before);
    CHECK(second.time > first.time);
    CHECK(second.time <= std::chrono::steady_clock::now());
}

TEST_CASE("activity: the daemon tells of itself what the kernel counts") {
    Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64});
    const bus::BytesPublisher publisher{connection, "topic"};
    const auto daemon = connection.activity(enough).daemon;
    CHECK(daemon.version == connection.daemon_version());
    CHECK(daemon.pid == stage.daemon().pid());
    CHECK(daemon.uptime > 0ns);
    CHECK(daemon.started <= std::chrono::system_clock::now());
    CHECK(daemon.cpu > 0ns);
    CHECK(daemon.memory > 1024 * 1024);
    CHECK(daemon.shared > 0);
    CHECK(daemon.descriptors == stage.open_in_daemon().descriptors);
    CHECK(daemon.descriptor_limit >= daemon.descriptors);
    CHECK_FALSE(daemon.restarts);
    CHECK(daemon.used.regions == 1);
    CHECK(daemon.used.attachments == 1);
    CHECK(daemon.used.bytes > 4096);
    CHECK(daemon.limits.regions == 1024);
}

TEST_CASE("activity: without a daemon it says so at once, and goes on with the next one") {
    Stage stage;
    auto connection = stage.connect();
    CHECK(connection.activity(enough).regions.empty());
    stage.kill_daemon();
    try {
        static_cast<void>(connection.activity(enough));
        FAIL("there was an answer");
    } catch (const bus::Error& error) {
        CHECK(error.errc() == bus::Errc::NoDaemon);
    }
    stage.start_daemon();
    CHECK(connection.activity(enough).regions.empty());
}

TEST_CASE("activity: a daemon that does not answer is given up after the limit") {
    Stage stage;
    auto connection = stage.connect();
    stage.daemon().process().halt();
    try {
        static_cast<void>(connection.activity(50ms));
        FAIL("there was an answer");
    } catch (const bus::Error& error) {
        CHECK(error.errc() == bus::Errc::TimedOut);
    }
    stage.daemon().process().signal(SIGCONT);
    CHECK(connection.activity(enough).regions.empty());
}
