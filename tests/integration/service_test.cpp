// A service between processes: requests answered where they lie, in any order, by one server at a
// time.
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "calling.hpp"
#include "refusal.hpp"

using namespace integration;

namespace {

constexpr std::size_t size = 4096;

void create(const Stage& stage, const bus::ServiceOptions& options = {.size = size}) {
    stage.connect().create_service("service", options);
}

void await_readable(int fd, const char* who) {
    pollfd polled{.fd = fd, .events = POLLIN, .revents = 0};
    const auto limit = std::chrono::milliseconds{patience}.count();
    if (::poll(&polled, 1, static_cast<int>(limit)) != 1) give_up(std::string{who} + "'s fd");
}

struct Sum {
    std::uint64_t a;
    std::uint64_t b;
    std::uint64_t total;
};
struct Total {
    std::uint64_t value;
};

}  // namespace

TEST_CASE("service: a request is changed where it lies and comes back as the response") {
    const Stage stage;
    Actor adder{"server", [&](Cue& cue) {
                    bus::Server<Sum> server{stage.connect(), "service", {.depth = 2}};
                    cue.tell("serves");
                    for (int served = 0; served < 1'000;) {
                        Cue::require(server.wait_for(patience), "no request came");
                        while (auto request = server.take()) {
                            request->total = request->a + request->b;
                            server.respond(std::move(request));
                            ++served;
                        }
                    }
                }};
    adder.expect("serves");
    bus::Client<Sum> client{stage.connect(), "service"};
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        auto call = client.loan();
        REQUIRE(call);
        *call = {i, 2 * i, 0};
        const auto* memory = call.get();
        REQUIRE(call.send());
        REQUIRE(call.wait_for(patience) == bus::CallOutcome::Answered);
        CHECK(call.response().total == 3 * i);
        CHECK(&call.response() == memory);
    }
    adder.finish();
}

TEST_CASE("service: a response may be smaller or larger than its request, up to the maximum") {
    const Stage stage;
    create(stage);
    bus::BytesServer server{stage.connect(), "service"};
    bus::BytesClient client{stage.connect(), "service"};
    for (const std::size_t answer : {std::size_t{0}, std::size_t{1}, size}) {
        auto call = ask(client, 5);
        server.respond(await_request(server), answer);
        REQUIRE(call.wait_for(patience) == bus::CallOutcome::Answered);
        CHECK(call.response().size() == answer);
    }
}

TEST_CASE("service: a response larger than the maximum is a refusal that says so") {
    const Stage stage;
    create(stage);
    bus::BytesServer server{stage.connect(), "service"};
    bus::BytesClient client{stage.connect(), "service"};
    auto call = ask(client, 5);
    CHECK_FALSE(server.respond(await_request(server), size + 1));
    CHECK(told(call) == "refused " + std::to_string(bus::refused_too_large) +
                            " the response has 4097 bytes, the service takes 4096");
}

TEST_CASE("service: a request larger than the maximum is not sent") {
    const Stage stage;
    create(stage);
    bus::BytesClient client{stage.connect(), "service"};
    auto call = client.loan();
    CHECK_FALSE(call.send(size + 1));
    CHECK(call.outcome() == bus::CallOutcome::TooLarge);
    const std::vector<std::byte> large(size + 1);
    CHECK(client.call(large).outcome() == bus::CallOutcome::TooLarge);
}

TEST_CASE("service: a refusal comes with the server's code and text") {
    const Stage stage;
    create(stage);
    bus::BytesServer server{stage.connect(), "service"};
    bus::BytesClient client{stage.connect(), "service"};
    auto call = ask(client, 7);
    server.refuse(await_request(server), 5, "no sevens");
    CHECK(told(call) == "refused 5 no sevens");
}

TEST_CASE("service: a request that its server lets go of is refused") {
    const Stage stage;
    create(stage);
    bus::BytesServer server{stage.connect(), "service"};
    bus::BytesClient client{stage.connect(), "service"};
    auto call = ask(client, 7);
    { const auto dropped = await_request(server); }
    call.wait_for(patience);
    CHECK(call.outcome() == bus::CallOutcome::Refused);
    CHECK(call.code() == bus::refused_unanswered);
}

TEST_CASE("service: several requests of one client are answered in any order") {
    const Stage stage;
    create(stage, {.size = size, .depth = 3});
    bus::BytesServer server{stage.connect(), "service"};
    bus::BytesClient client{stage.connect(), "service"};
    std::array<bus::BytesCall, 3> calls{ask(client, 1), ask(client, 2), ask(client, 3)};
    CHECK_FALSE(client.try_loan());
    std::vector<bus::BytesRequest> requests;
    for (int i = 0; i < 3; ++i) requests.push_back(await_request(server));
    for (; !requests.empty(); requests.pop_back())
        answer_double(server, std::move(requests.back()));
    CHECK(told(calls[2]) == "answered 6");
    CHECK(told(calls[0]) == "answered 2");
    CHECK(told(calls[1]) == "answered 4");
}

TEST_CASE("service: what was answered is sent on as it lies") {
    const Stage stage;
    create(stage);
    bus::BytesServer server{stage.connect(), "service"};
    bus::BytesClient client{stage.connect(), "service"};
    auto call = ask(client, 1);
    for (int round = 0; round < 5; ++round) {
        answer_double(server, await_request(server));
        REQUIRE(call.wait_for(patience) == bus::CallOutcome::Answered);
        if (round < 4) REQUIRE(call.send(call.response().size()));
    }
    CHECK(number_in(call.response()) == 32);
}

TEST_CASE("service: clients of several processes each get their own answers") {
    const Stage stage;
    create(stage);
    bus::BytesServer server{stage.connect(), "service"};
    std::vector<std::unique_ptr<Actor>> clients;
    for (std::uint64_t number : {1U, 2U, 3U})
        clients.push_back(std::make_unique<Actor>("client", [&stage, number](Cue& cue) {
            bus::BytesClient client{stage.connect(), "service"};
            for (std::uint64_t i = 0; i < 2'000; ++i) {
                const auto asked = 1'000'000 * number + i;
                Cue::require(told(client, asked) == "answered " + std::to_string(2 * asked),
                             "a wrong answer");
            }
            cue.tell("done");
        }));
    std::uint64_t served = 0;
    while (served < 6'000) {
        REQUIRE(server.wait_for(patience));
        while (auto request = server.take()) {
            answer_double(server, std::move(request));
            ++served;
        }
    }
    for (const auto& client : clients) client->expect("done");
    for (const auto& client : clients) client->finish();
}

TEST_CASE("service: ends that sleep at once are woken for every request and every answer") {
    const Stage stage;
    create(stage);
    Actor actor{"server", doubler([&] { return stage.connect(); }, {.spin = at_once})};
    actor.expect("serves");
    bus::BytesClient client{stage.connect(), "service", {.spin = at_once}};
    for (std::uint64_t i = 0; i < 500; ++i)
        CHECK(told(client, i) == "answered " + std::to_string(2 * i));
}

TEST_CASE("service: both ends in an event loop, by poll alone") {
    const Stage stage;
    create(stage);
    Actor actor{"server", [&](Cue& cue) {
                    bus::BytesServer server{stage.connect(), "service",
                                            bus::ServerOptions{.waker = bus::Waker::EventFd}};
                    cue.tell("serves");
                    for (;;) {
                        while (auto request = server.take())
                            answer_double(server, std::move(request));
                        await_readable(server.fd(), "the server");
                    }
                }};
    actor.expect("serves");
    bus::BytesClient client{stage.connect(), "service", {.waker = bus::Waker::EventFd}};
    for (std::uint64_t i = 0; i < 500; ++i) {
        auto call = ask(client, i);
        while (call.wait_for(at_once) == bus::CallOutcome::TimedOut)
            await_readable(client.fd(), "the client");
        CHECK(told(call) == "answered " + std::to_string(2 * i));
    }
}

TEST_CASE("service: a client waits for whichever of its calls is over first") {
    const Stage stage;
    create(stage);
    bus::BytesServer server{stage.connect(), "service"};
    bus::BytesClient client{stage.connect(), "service"};
    std::array<bus::BytesCall, 2> calls{ask(client, 1), ask(client, 2)};
    CHECK_FALSE(client.wait_for(at_once));
    auto kept = await_request(server);
    answer_double(server, await_request(server));
    CHECK(client.wait_for(patience));
    CHECK(told(calls[1]) == "answered 4");
    CHECK(told(calls[0], at_once) == "timed out");
    CHECK_FALSE(client.wait_for(at_once));
    answer_double(server, std::move(kept));
    CHECK(told(calls[0]) == "answered 2");
}

TEST_CASE("service: a request without a server times out, and is served by one that comes") {
    const Stage stage;
    create(stage);
    bus::BytesClient client{stage.connect(), "service"};
    CHECK_FALSE(client.has_server());
    auto call = ask(client, 21);
    CHECK(told(call, at_once) == "timed out");
    bus::BytesServer server{stage.connect(), "service"};
    CHECK(client.has_server());
    answer_double(server, await_request(server));
    CHECK(told(call) == "answered 42");
}

TEST_CASE("service: a call that was given up makes room once it is answered") {
    const Stage stage;
    create(stage, {.size = size, .depth = 1});
    bus::BytesServer server{stage.connect(), "service"};
    bus::BytesClient client{stage.connect(), "service"};
    { const auto call = ask(client, 1); }
    CHECK_FALSE(client.try_loan());
    answer_double(server, await_request(server));
    auto call = ask(client, 2);
    REQUIRE(call);
    answer_double(server, await_request(server));
    CHECK(told(call) == "answered 4");
}

TEST_CASE("service: a second server is refused unless it waits as a standby") {
    const Stage stage;
    create(stage);
    const bus::BytesServer server{stage.connect(), "service"};
    check_refused(bus::Errc::LimitsExceeded, {"service", "serves it", "standby"}, [&] {
        const bus::BytesServer second{stage.connect(), "service"};
    });
    bus::BytesServer standby{stage.connect(), "service", bus::ServerOptions{.standby = true}};
    CHECK(standby.state() == bus::State::Standby);
    CHECK_FALSE(standby.take());
    check_refused(bus::Errc::LimitsExceeded, {"service", "2 servers"}, [&] {
        const bus::BytesServer third{stage.connect(), "service",
                                     bus::ServerOptions{.standby = true}};
    });
}

TEST_CASE("service: a standby takes over when the server leaves, and clients follow") {
    const Stage stage;
    create(stage);
    auto first = std::make_unique<bus::BytesServer>(stage.connect(), "service");
    bus::BytesServer standby{stage.connect(), "service", bus::ServerOptions{.standby = true}};
    bus::BytesClient client{stage.connect(), "service"};
    auto call = ask(client, 1);
    answer_double(*first, await_request(*first));
    CHECK(told(call) == "answered 2");
    auto unanswered = ask(client, 2);
    first.reset();
    CHECK(told(unanswered) == "server gone");
    CHECK(standby.state() == bus::State::Active);
    auto next = ask(client, 3);
    answer_double(standby, await_request(standby));
    CHECK(told(next) == "answered 6");
}

TEST_CASE("service: the end of the region ends calls and the server's wait") {
    const Stage stage;
    create(stage);
    bus::BytesServer server{stage.connect(), "service"};
    bus::BytesClient client{stage.connect(), "service"};
    auto call = ask(client, 1);
    const auto request = await_request(server);
    stage.connect().remove("service");
    CHECK(told(call) == "ended");
    CHECK_FALSE(client.loan(at_once));
    CHECK(client.state() == bus::State::Removed);
    CHECK_FALSE(server.wait_for(patience));
    CHECK(server.state() == bus::State::Removed);
}

TEST_CASE("service: another type is refused, and a payload of another size as well") {
    const Stage stage;
    bus::Server<Sum, Total> server{stage.connect(), "service", bus::ServiceOptions{}};
    check_refused(bus::Errc::TypeMismatch, {"service", "Sum -> ", "Total", "not"}, [&] {
        const bus::Client<Sum> client{stage.connect(), "service"};
    });
    bus::BytesClient untyped{stage.connect(), "service"};
    auto call = untyped.loan();
    call.send(3);
    CHECK_FALSE(server.take());
    while (call.wait_for(at_once) == bus::CallOutcome::TimedOut)
        if (server.wait_for(patience)) CHECK_FALSE(server.take());
    CHECK(call.outcome() == bus::CallOutcome::Refused);
    CHECK(call.code() == bus::refused_wrong_size);
}

TEST_CASE("service: a response of another size than the type's is told as a refusal") {
    const Stage stage;
    create(stage, {.size = sizeof(Sum)});
    bus::BytesServer server{stage.connect(), "service"};
    bus::Client<Sum> client{stage.connect(), "service"};
    auto call = client.loan();
    call.send();
    server.respond(await_request(server), 3);
    CHECK(call.wait_for(patience) == bus::CallOutcome::Refused);
    CHECK(call.code() == bus::refused_wrong_size);
}

TEST_CASE("service: nobody serves in a topic, and nobody publishes in a service") {
    const Stage stage;
    create(stage);
    stage.connect().create_topic("topic", {.size = 64});
    check_refused(bus::Errc::KindMismatch, {"topic", "server"}, [&] {
        const bus::BytesServer server{stage.connect(), "topic"};
    });
    check_refused(bus::Errc::KindMismatch, {"service", "publisher"}, [&] {
        const bus::BytesPublisher publisher{stage.connect(), "service"};
    });
}

TEST_CASE("service: status shows requests in flight, answers, refusals and who sleeps") {
    const Stage stage;
    create(stage);
    bus::BytesServer server{stage.connect(), "service"};
    bus::BytesClient client{stage.connect(), "service"};
    std::array<bus::BytesCall, 4> calls{ask(client, 1), ask(client, 2), ask(client, 3),
                                        ask(client, 4)};
    answer_double(server, await_request(server));
    server.refuse(await_request(server), 1, "no");
    const auto kept = await_request(server);
    const auto rows = stage.connect().status("service").attachments;
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].role == bus::Role::Server);
    CHECK(rows[0].requests == 3);
    CHECK(rows[0].responded == 1);
    CHECK(rows[0].refused == 1);
    CHECK(rows[0].in_flight == 1);
    CHECK(rows[1].role == bus::Role::Client);
    CHECK(rows[1].requests == 4);
    CHECK(rows[1].responded == 1);
    CHECK(rows[1].refused == 1);
    CHECK(rows[1].in_flight == 2);
    CHECK_FALSE(rows[0].asleep);
}
