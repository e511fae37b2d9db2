// Attachments in an event loop: fd() and poll, no wait of libbus's own.
#include <string>

#include <poll.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "board.hpp"
#include "cargo.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

namespace {

constexpr std::uint64_t count = 20'000;

void await_readable(int fd, const char* who) {
    pollfd polled{.fd = fd, .events = POLLIN, .revents = 0};
    const auto limit = std::chrono::milliseconds{patience}.count();
    if (::poll(&polled, 1, static_cast<int>(limit)) != 1) give_up(std::string{who} + "'s fd");
}

void publish_by_poll(const bus::Connection& connection, Cue& cue) {
    bus::BytesPublisher publisher{connection, "topic", {.waker = bus::Waker::EventFd}};
    cue.stand("ready");
    for (std::uint64_t number = 1; number <= count; ++number) {
        auto loan = publisher.try_loan();
        while (!loan) {
            await_readable(publisher.fd(), "the publisher");
            loan = publisher.try_loan();
        }
        load(loan.bytes(), 1, number);
        publisher.publish(std::move(loan), least_cargo);
    }
    cue.stand("done");
}

void take_by_poll(const bus::Connection& connection, Cue& cue) {
    bus::BytesSubscriber feed{connection, "topic", {.waker = bus::Waker::EventFd}};
    cue.stand("ready");
    Ledger ledger;
    for (;;) {
        take_rest(feed, ledger);
        if (ledger.count() == count) break;
        await_readable(feed.fd(), "the subscriber");
    }
    cue.stand("done", std::to_string(ledger.sum(1)));
}

}  // namespace

TEST_CASE("polling: publisher and subscriber stream without loss through poll alone") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .slots = 8});
    Actor taker{"subscriber", [&](Cue& cue) { take_by_poll(stage.connect(), cue); }};
    taker.expect("ready");
    Actor giver{"publisher", [&](Cue& cue) { publish_by_poll(stage.connect(), cue); }};
    giver.expect("ready");
    taker.proceed();
    giver.proceed();
    CHECK(taker.expect("done") == std::to_string(sum_to(count)));
    giver.expect("done");
    giver.finish();
    taker.finish();
}

TEST_CASE("polling: a publisher in an event loop and a subscriber that sleeps on its semaphore") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .slots = 8});
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    Actor giver{"publisher", [&](Cue& cue) { publish_by_poll(stage.connect(), cue); }};
    giver.expect("ready");
    giver.proceed();
    Ledger ledger;
    take_cargo(feed, ledger, count);
    giver.expect("done");
    giver.finish();
}

TEST_CASE("polling: a descriptor is not readable while there is nothing to do") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64});
    bus::BytesPublisher publisher{connection, "topic"};
    bus::BytesSubscriber feed{connection, "topic", {.waker = bus::Waker::EventFd}};
    CHECK_FALSE(feed.take());
    pollfd polled{.fd = feed.fd(), .events = POLLIN, .revents = 0};
    CHECK(::poll(&polled, 1, 0) == 0);
    publish_cargo(publisher, 1, 1, 1);
    CHECK(::poll(&polled, 1, 0) == 1);
    CHECK(feed.take());
    CHECK_FALSE(feed.take());
    CHECK(::poll(&polled, 1, 0) == 0);
}

TEST_CASE("polling: a joining publisher and a removed region make the descriptor readable") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64});
    bus::BytesSubscriber feed{connection, "topic", {.waker = bus::Waker::EventFd}};
    CHECK_FALSE(feed.take());
    const bus::BytesPublisher publisher{connection, "topic"};
    await_readable(feed.fd(), "the subscriber");
    CHECK_FALSE(feed.take());
    connection.remove("topic");
    await_readable(feed.fd(), "the subscriber");
    CHECK_FALSE(feed.take());
    CHECK(feed.state() == bus::State::Removed);
}

TEST_CASE("polling: a change of a raw region is heard although a wait for the lock came between") {
    const Stage stage;
    create_board(stage.connect());
    auto holder = join_board(stage.connect(), bus::Role::Writer);
    bus::Region waiting{
        stage.connect(), "board", bus::Role::Writer, {.waker = bus::Waker::EventFd}};
    CHECK_FALSE(waiting.wait_for(std::chrono::nanoseconds{0}));  // armed
    {
        const auto lock = holder.lock();
        REQUIRE(lock);
        holder.notify();
        CHECK_FALSE(waiting.try_lock_for(std::chrono::milliseconds{20}));
    }
    await_readable(waiting.fd(), "the writer");
    CHECK(waiting.wait_for(std::chrono::nanoseconds{0}));
}

TEST_CASE("polling: who sleeps on a semaphore has no descriptor") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64});
    const bus::BytesPublisher publisher{connection, "topic"};
    const bus::BytesSubscriber feed{connection, "topic"};
    CHECK(publisher.fd() == -1);
    CHECK(feed.fd() == -1);
}
