// Nobody there: no bus, no daemon, or one daemon too many.
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "refusal.hpp"
#include "stage.hpp"

using namespace integration;

TEST_CASE("absence: without a daemon every control call names the bus and what to start there") {
    const PrivateBus bus;
    auto connection = bus::Connection::address(bus.address());
    const auto refused = [&](auto call) {
        check_refused(bus::Errc::NoDaemon,
                      {"shmbusd", bus.address().c_str(), "start", "--session", "--address="}, call);
    };
    refused([&] { static_cast<void>(connection.regions()); });
    refused([&] { static_cast<void>(connection.daemon_version()); });
    refused([&] { static_cast<void>(connection.contains("topic")); });
    refused([&] { static_cast<void>(connection.status("topic")); });
    refused([&] { connection.create_topic("topic", {.size = 64}); });
    refused([&] { connection.remove("topic"); });
    refused([&] { const bus::BytesPublisher publisher{connection, "topic"}; });
    refused([&] { const bus::BytesSubscriber feed{connection, "topic"}; });
}

TEST_CASE("absence: without a bus the address that was tried is named") {
    const Directory directory;
    const auto address = "unix:path=" + (directory / "no-such-bus");
    check_refused(bus::Errc::NoBus, {address.c_str()},
                  [&] { static_cast<void>(bus::Connection::address(address)); });
    check_refused(bus::Errc::NoBus, {"the bus at nonsense"},
                  [&] { static_cast<void>(bus::Connection::address("nonsense")); });
}

TEST_CASE("absence: without a session bus the session's address is named") {
    const Directory directory;
    const auto address = "unix:path=" + (directory / "no-session");
    Actor lost{"client", [&](Cue& cue) {
                   ::setenv("DBUS_SESSION_BUS_ADDRESS", address.c_str(), 1);
                   try {
                       static_cast<void>(bus::Connection::session());
                       cue.stand("connected");
                   } catch (const bus::Error& error) {
                       cue.stand("refused", error.what());
                   }
               }};
    const auto text = lost.expect("refused");
    CHECK(text.find("the session bus (" + address + ")") != std::string::npos);
    lost.finish();
}

TEST_CASE("absence: a daemon without a bus ends with 1 and a line that names the bus") {
    PrivateBus bus;
    const auto address = "unix:path=" + (bus.directory() / "no-such-bus");
    const auto report = bus.run({SHMBUSD, "--address=" + address});
    CHECK(report.code == 1);
    CAPTURE(report.text);
    CHECK(report.text.find("shmbusd: the bus at " + address) != std::string::npos);
}

TEST_CASE("absence: a second daemon ends with 1 and a clear line, the first is unharmed") {
    Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64, .slots = 4});
    bus::BytesPublisher publisher{connection, "topic"};
    bus::BytesSubscriber feed{connection, "topic"};
    const auto semaphores = stage.semaphores();
    CHECK(semaphores.size() == 2);
    for (int round = 0; round < 2; ++round) {
        const auto report = stage.bus().run({SHMBUSD, "--address=" + stage.address()});
        CHECK(report.code == 1);
        CAPTURE(report.text);
        CHECK(report.text.find("shmbusd: org.shmbus1: another daemon serves this bus already\n") !=
              std::string::npos);
        CHECK(stage.semaphores() == semaphores);
    }
    publish_cargo(publisher, 1, 1, 4);
    Ledger ledger;
    take_cargo(feed, ledger, 4);
    CHECK(connection.regions().size() == 1);
    CHECK_NOTHROW((bus::BytesSubscriber{connection, "topic"}));
}

TEST_CASE("absence: a second daemon spares the semaphores of one on another bus") {
    const Stage other;
    other.connect().create_topic("topic", {.size = 64});
    const bus::BytesPublisher publisher{other.connect(), "topic"};
    Stage stage;
    stage.kill_daemon();
    stage.start_daemon();
    CHECK(other.semaphores().size() == 1);
}

TEST_CASE("absence: what is wrong with the command line is one line") {
    PrivateBus bus;
    const auto check = [&](std::vector<std::string> words, const char* reason) {
        words.insert(words.begin(), SHMBUSD);
        const auto report = bus.run(words);
        CAPTURE(report.text);
        CHECK(report.code == 1);
        CHECK(report.text.starts_with("shmbusd: "));
        CHECK(report.text.find(reason) != std::string::npos);
        CHECK(report.text.find('\n') == report.text.size() - 1);
    };
    check({"--no-such-option"}, "--no-such-option");
    check({"--address=" + bus.address(), "--session"}, "--session");
    check({"--log-level=loud"}, "loud");
}
