// The daemon or the bus goes away while data flows.
#include <csignal>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

namespace {

constexpr std::uint64_t count = 40'000;

// Publishes half, stands at "half", then publishes the rest and makes a control call.
void publish_across(const Stage& stage, Cue& cue) {
    auto connection = stage.connect();
    bus::BytesPublisher publisher{connection, "topic"};
    cue.stand("ready");
    publish_cargo(publisher, 1, 1, count / 2);
    cue.stand("half");
    publish_cargo(publisher, 1, count / 2 + 1, count);
    cue.stand("all");
    std::string answer = "an answer";
    try {
        static_cast<void>(connection.regions());
    } catch (const bus::Error& error) {
        answer = bus::make_error_code(error.errc()).message() + "; " + error.what();
    }
    cue.stand("asked", answer);
}

void take_across(const Stage& stage, Cue& cue) {
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    cue.stand("ready");
    Ledger ledger;
    take_cargo(feed, ledger, count);
    cue.stand("took", std::to_string(ledger.sum(1)));
}

// Streams over a ring far smaller than the stream, so that both ends must sleep and wake each other
// after the `incident` too; what the publisher's control call then says.
std::string stream_across(Stage& stage, void (*incident)(Stage&)) {
    stage.connect().create_topic("topic", {.size = 64, .slots = 8});
    Actor taker{"subscriber", [&](Cue& cue) { take_across(stage, cue); }};
    taker.expect("ready");
    Actor giver{"publisher", [&](Cue& cue) { publish_across(stage, cue); }};
    giver.expect("ready");
    taker.proceed();
    giver.proceed();
    giver.expect("half");
    incident(stage);
    giver.proceed();
    CHECK(taker.expect("took") == std::to_string(sum_to(count)));
    giver.expect("all");
    giver.proceed();
    auto answer = giver.expect("asked");
    giver.finish();
    taker.finish();
    return answer;
}

}  // namespace

TEST_CASE(
    "daemon death: killed while data flows, data flows on and the next control call says so") {
    Stage stage;
    const auto answer = stream_across(stage, [](Stage& at) { at.kill_daemon(); });
    CHECK(answer.starts_with(bus::make_error_code(bus::Errc::NoDaemon).message()));
    CHECK(answer.find(stage.address()) != std::string::npos);
    CHECK(answer.find("start") != std::string::npos);
}

TEST_CASE("daemon death: killed in the middle of a stream nobody stops for it") {
    Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .slots = 8});
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "topic"};
                    cue.tell("streams");
                    publish_cargo(publisher, 1, 1, count);
                    cue.stand("done");
                }};
    giver.expect("streams");
    Ledger ledger;
    take_cargo(feed, ledger, 100);
    stage.kill_daemon();
    take_cargo(feed, ledger, count);
    CHECK(ledger.sum(1) == sum_to(count));
    giver.expect("done");
    giver.finish();
}

TEST_CASE("daemon death: ended by SIGTERM, it leaves no semaphore and data flows on") {
    Stage stage;
    stream_across(stage, [](Stage& at) {
        CHECK(at.semaphores().size() == 2);
        CHECK(at.terminate_daemon().code == 0);
        CHECK(at.semaphores().empty());
    });
}

TEST_CASE("daemon death: a new one unlinks what the killed one left, and old attachments flow on") {
    Stage stage;
    stream_across(stage, [](Stage& at) {
        at.kill_daemon();
        CHECK(at.semaphores().size() == 2);
        at.start_daemon();
        CHECK(at.semaphores().empty());
    });
    CHECK(stage.connect().regions().empty());
    stage.connect().create_topic("topic", {.size = 64});
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    bus::BytesPublisher publisher{stage.connect(), "topic"};
    publish_cargo(publisher, 1, 1, 10);
    Ledger ledger;
    take_cargo(feed, ledger, 10);
}

TEST_CASE("daemon death: what leaves without a daemon leaves quietly") {
    Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64});
    {
        bus::BytesPublisher publisher{connection, "topic"};
        bus::BytesSubscriber feed{connection, "topic"};
        Ledger ledger;
        publish_cargo(publisher, 1, 1, 1);  // by now the two have met
        take_cargo(feed, ledger, 1);
        stage.kill_daemon();
        publish_cargo(publisher, 1, 2, 10);
        take_cargo(feed, ledger, 10);
    }
    CHECK_THROWS_AS((bus::BytesPublisher{connection, "topic"}), bus::Error);
    stage.start_daemon();
    CHECK_FALSE(connection.contains("topic"));  // the same connection serves again
}

TEST_CASE("daemon death: the bus itself goes, the daemon ends with a clear line, data flows on") {
    Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64, .slots = 4});
    bus::BytesPublisher publisher{connection, "topic"};
    bus::BytesSubscriber feed{connection, "topic"};
    Ledger ledger;
    publish_cargo(publisher, 1, 1, 1);
    take_cargo(feed, ledger, 1);
    stage.bus().end();
    CHECK(stage.daemon().process().await_end().code == 1);
    const auto last_words = stage.daemon().output();
    CAPTURE(last_words);
    CHECK(last_words.find("shmbusd: the bus: ") != std::string::npos);
    CHECK(stage.semaphores().empty());
    for (std::uint64_t number = 2; number <= 100; ++number) {
        publish_cargo(publisher, 1, number, number);
        take_rest(feed, ledger);
    }
    CHECK(ledger.count() == 100);
    try {
        static_cast<void>(connection.regions());
        FAIL("there was an answer");
    } catch (const bus::Error& error) {
        CHECK(error.errc() == bus::Errc::Disconnected);
    }
}
