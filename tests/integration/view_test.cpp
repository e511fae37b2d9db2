// What can be seen of the bus from outside: regions(), status(), Watch.
#include <atomic>
#include <csignal>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include <poll.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;
using namespace std::chrono_literals;

namespace {

using What = bus::Event::What;

bus::Event next_event(bus::Watch& watch) {
    auto event = watch.next(patience);
    if (!event) give_up("an event");
    return *event;
}

}  // namespace

TEST_CASE("regions: each is listed with kind, type, owner, mode and who is in it") {
    const Stage stage;
    auto connection = stage.connect();
    CHECK(connection.regions().empty());
    connection.create_topic("b/two", {.size = 64, .mode = 0640});
    connection.create_topic("a.one", {.size = 64, .type = "test.Type"});
    const bus::BytesPublisher publisher{connection, "a.one"};
    const bus::BytesSubscriber feed{connection, "a.one"};
    const bus::BytesSubscriber second{connection, "a.one"};
    const auto regions = connection.regions();
    REQUIRE(regions.size() == 2);
    CHECK(regions[0].name == "a.one");
    CHECK(regions[0].kind == bus::Kind::Topic);
    CHECK(regions[0].type == "test.Type");
    CHECK(regions[0].publishers == 1);
    CHECK(regions[0].subscribers == 2);
    CHECK(regions[0].owner == ::geteuid());
    CHECK(regions[0].mode == 0600);
    CHECK(regions[0].bytes > 4096);
    CHECK(regions[1].name == "b/two");
    CHECK(regions[1].type.empty());
    CHECK(regions[1].mode == 0640);
    CHECK(regions[1].publishers == 0);
}

TEST_CASE("status: it tells the options as they were asked and the geometry as it came out") {
    const Stage stage;
    auto connection = stage.connect();
    const bus::TopicOptions asked{.size = 1000,
                                  .alignment = 256,
                                  .history = 7,
                                  .slots = 20,
                                  .overflow = bus::Overflow::Overwrite,
                                  .publishers = 3,
                                  .subscribers = 5,
                                  .holds = 4,
                                  .type = "test.Type",
                                  .patience = 5s,
                                  .fence = bus::Fence::Full,
                                  .mode = 0664};
    connection.create_topic("topic", asked);
    const auto status = connection.status("topic");
    CHECK(status.region.name == "topic");
    CHECK(status.region.type == "test.Type");
    CHECK(status.options.size == asked.size);
    CHECK(status.options.alignment == asked.alignment);
    CHECK(status.options.history == asked.history);
    CHECK(status.options.overflow == asked.overflow);
    CHECK(status.options.publishers == asked.publishers);
    CHECK(status.options.subscribers == asked.subscribers);
    CHECK(status.options.holds == asked.holds);
    CHECK(status.options.type == asked.type);
    CHECK(status.options.patience == asked.patience);
    CHECK(status.options.fence == asked.fence);
    CHECK(status.options.mode == asked.mode);
    CHECK(status.slots >= 20);
    CHECK(status.slots > asked.history + asked.subscribers * asked.holds);
    CHECK(status.slot_stride == 1280);
    CHECK(status.attachments.empty());
}

TEST_CASE("status: counters follow what flows") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64, .slots = 8});
    bus::BytesPublisher publisher{connection, "topic"};
    bus::BytesSubscriber feed{connection, "topic"};
    publish_cargo(publisher, 1, 1, 8, 20);
    CHECK_FALSE(publisher.try_loan());
    { CHECK(feed.take()); }
    const auto kept = feed.take();
    { const auto unused = publisher.try_loan(); }
    std::map<std::uint64_t, bus::AttachmentInfo> rows;
    const auto status = connection.status("topic");
    for (const auto& row : status.attachments) rows[row.id] = row;
    REQUIRE(rows.size() == 2);
    const auto& giver = rows.at(publisher.id());
    CHECK(giver.role == bus::Role::Publisher);
    CHECK(giver.state == bus::State::Active);
    CHECK(giver.pid == ::getpid());
    CHECK(giver.uid == ::geteuid());
    CHECK(giver.peer.starts_with(":"));
    CHECK(giver.samples == 8);
    CHECK(giver.bytes == 8 * 20);
    CHECK(giver.stalls == 1);
    CHECK_FALSE(giver.asleep);
    CHECK(giver.memory >= 8 * status.slot_stride);
    const auto& taker = rows.at(feed.id());
    CHECK(taker.role == bus::Role::Subscriber);
    CHECK(taker.samples == 1);  // what is kept counts when it is given back
    CHECK(taker.bytes == 20);
    CHECK(taker.missed == 0);
    REQUIRE(taker.lanes.size() == 1);
    CHECK(taker.lanes[0].publisher == publisher.id());
    CHECK(taker.lanes[0].lag == 8);  // six samples to take, one that is kept, one skip
    CHECK(status.region.bytes == giver.memory + taker.memory + 4096);
}

TEST_CASE("watch: regions and attachments are told in the order in which they come and go") {
    const Stage stage;
    auto connection = stage.connect();
    bus::Watch watch{connection};
    CHECK_FALSE(watch.next(0ns));
    connection.create_topic("some/topic", {.size = 64});
    std::optional<bus::BytesPublisher> publisher{std::in_place, connection, "some/topic"};
    std::optional<bus::BytesSubscriber> feed{std::in_place, connection, "some/topic"};
    const auto published_by = publisher->id();
    const auto taken_by = feed->id();
    publisher.reset();
    feed.reset();
    connection.remove("some/topic");

    const auto check = [&](What what, std::uint64_t attachment) {
        const auto event = next_event(watch);
        CHECK(static_cast<int>(event.what) == static_cast<int>(what));
        CHECK(event.region == "some/topic");
        CHECK(event.attachment == attachment);
        if (attachment == 0) return;
        CHECK(event.role ==
              (attachment == published_by ? bus::Role::Publisher : bus::Role::Subscriber));
        CHECK(event.pid == ::getpid());
        CHECK(event.uid == ::geteuid());
    };
    check(What::RegionAdded, 0);
    check(What::Attached, published_by);
    check(What::Attached, taken_by);
    check(What::Detached, published_by);
    check(What::Detached, taken_by);
    check(What::RegionRemoved, 0);
    CHECK_FALSE(watch.next(0ns));
}

TEST_CASE("watch: its descriptor is readable when there is an event") {
    const Stage stage;
    auto connection = stage.connect();
    bus::Watch watch{connection};
    CHECK_FALSE(watch.next(0ns));
    connection.create_topic("topic", {.size = 64});
    pollfd polled{.fd = watch.fd(), .events = POLLIN, .revents = 0};
    CHECK(::poll(&polled, 1, 30'000) == 1);
    CHECK(next_event(watch).what == What::RegionAdded);
}

TEST_CASE("watch: it goes on over the death of the daemon and sees the next one's regions") {
    Stage stage;
    bus::Watch watch{stage.connect()};
    stage.connect().create_topic("before", {.size = 64});
    CHECK(next_event(watch).region == "before");
    stage.kill_daemon();
    stage.start_daemon();
    stage.connect().create_topic("after", {.size = 64});
    CHECK(next_event(watch).region == "after");
}

TEST_CASE("watch: the end of the bus ends it with Disconnected") {
    Stage stage;
    bus::Watch watch{stage.connect()};
    CHECK_FALSE(watch.next(0ns));
    stage.bus().end();
    try {
        while (!watch.next(patience)) {
        }
        FAIL("there was an event");
    } catch (const bus::Error& error) {
        CHECK(error.errc() == bus::Errc::Disconnected);
    }
}

TEST_CASE("connection: it says which bus it is on, and its daemon says which version it is") {
    const Stage stage;
    auto connection = stage.connect();
    CHECK(connection.bus_name() == "the bus at " + stage.address());
    CHECK_FALSE(connection.daemon_version().empty());
    const auto copy = connection;
    CHECK(copy.bus_name() == connection.bus_name());
}

TEST_CASE("connection: signals that arrive while it opens do not keep it from opening") {
    const Stage stage;
    struct sigaction ignoring {};
    ignoring.sa_handler = [](int) {};  // and no SA_RESTART
    struct sigaction before {};
    REQUIRE(::sigaction(SIGUSR1, &ignoring, &before) == 0);
    const auto pid = ::getpid();
    std::atomic<bool> over{false};
    std::thread pest{[&] {
        while (!over) ::kill(pid, SIGUSR1);
    }};
    for (int i = 0; i < 20; ++i) CHECK_NOTHROW(static_cast<void>(stage.connect()));
    over = true;
    pest.join();
    ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_CASE("connection: an attachment outlives the Connection object that it was made over") {
    const Stage stage;
    std::optional<bus::Connection> connection{stage.connect()};
    connection->create_topic("topic", {.size = 64});
    bus::BytesPublisher publisher{*connection, "topic"};
    bus::BytesSubscriber feed{*connection, "topic"};
    connection.reset();
    publish_cargo(publisher, 1, 1, 3);
    Ledger ledger;
    take_cargo(feed, ledger, 3);
    CHECK(stage.connect().status("topic").attachments.size() == 2);
}
