// Many who come and go leave the daemon as it was.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "descriptor_limit.hpp"
#include "stage.hpp"
#include "watchdog.hpp"
#include "wire_client.hpp"

using namespace integration;

TEST_CASE(
    "storm: 200 times attach and detach leave descriptors, memory and names where they were") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64});
    bus::BytesPublisher steady{connection, "topic"};
    const auto open = stage.open_in_daemon();
    const auto usage = stage.usage();
    const auto semaphores = stage.semaphores();
    for (int round = 0; round < 200; ++round) {
        const auto waker = round % 2 == 0 ? bus::Waker::Semaphore : bus::Waker::EventFd;
        bus::BytesSubscriber feed{connection, "topic", {.waker = waker}};
        bus::BytesPublisher publisher{connection, "topic", {.waker = waker}};
        publish_cargo(publisher, 1, 1, 1);
        REQUIRE(feed.take());
    }
    CHECK(stage.open_in_daemon() == open);
    CHECK(stage.usage() == usage);
    CHECK(stage.semaphores() == semaphores);
    CHECK(steady.subscribers() == 0);
    publish_cargo(steady, 1, 1, 1);
}

TEST_CASE("storm: 200 connections that end without a word leave nothing either") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64});
    const auto open = stage.open_in_daemon();
    for (int round = 0; round < 200; ++round) {
        WireClient client{stage.address()};
        const auto own = client.attach("topic", round % 2 == 0 ? "publisher" : "subscriber");
        if (round % 3 != 0) client.activate("topic", own.id);
        if (round % 8 == 7)
            await("those that left to be forgotten",
                  [&] { return stage.usage()["attachments"] <= 1; });
    }
    await("the last to be forgotten", [&] { return stage.usage()["attachments"] == 0; });
    CHECK(stage.open_in_daemon() == open);
    CHECK(stage.semaphores().empty());
}

TEST_CASE("storm: more clients at a time than a bus takes matches of one connection") {
    constexpr int count = 600;
    // A client has four for a connection; dbus-daemon 1.16 has five. The usual soft limit is 1024.
    const DescriptorLimit limit{6 * count};
    if (limit.count() < 6 * count) {
        MESSAGE("passed over: no process may open so many descriptors");
        return;
    }
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64});
    std::vector<bus::Connection> clients;
    for (int i = 0; i < count; ++i) {
        clients.push_back(stage.connect());
        CHECK_NOTHROW((bus::BytesSubscriber{clients.back(), "topic"}));
    }
    const bus::BytesSubscriber last{clients.back(), "topic"};
    CHECK(stage.usage().at("attachments") == 1);
}

TEST_CASE("storm: 200 regions created and removed leave nothing") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("first", {.size = 64});
    connection.remove("first");
    const auto open = stage.open_in_daemon();
    for (int round = 0; round < 200; ++round) {
        const auto name = "region/" + std::to_string(round % 3);
        connection.create_topic(name, {.size = 64});
        const bus::BytesPublisher publisher{connection, name};
        connection.remove(name);
    }
    CHECK(stage.open_in_daemon() == open);
    CHECK(stage.usage()["total"] == 0);
    CHECK(stage.semaphores().empty());
}
