// The server or the client of a service is killed at a named point; the other end goes on.
#include <cstring>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "calling.hpp"

using namespace integration;

namespace {

void create(const Stage& stage) {
    stage.connect().create_service("service", {.size = 4096, .depth = 4});
}

// A server that takes one request and stands there, after `deed`.
Actor::Role taker(const Stage& stage,
                  const std::function<void(bus::BytesServer&, bus::BytesRequest&)>& deed) {
    return [&stage, deed](Cue& cue) {
        bus::BytesServer server{stage.connect(), "service"};
        cue.tell("serves");
        auto request = await_request(server);
        deed(server, request);
        cue.stand("there");
    };
}

// A new server gets the client's next request, and the region holds nothing of the dead.
void check_goes_on(const Stage& stage, bus::BytesClient& client) {
    CHECK(client.wait_for(at_once));  // nothing that was under way will come any more
    Actor next{"next", doubler([&] { return stage.connect(); })};
    next.expect("serves");
    CHECK(told(client, 21) == "answered 42");
    CHECK(stage.connect().status("service").attachments.size() == 2);
    CHECK(stage.semaphores().size() == 2);
}

}  // namespace

TEST_CASE("service death: a server killed with requests not taken, each comes back") {
    const Stage stage;
    create(stage);
    Actor server{"server", [&](Cue& cue) {
                     bus::BytesServer own{stage.connect(), "service"};
                     cue.tell("serves");
                     Cue::require(own.wait_for(patience), "no request came");
                     cue.stand("sees it");
                 }};
    server.expect("serves");
    bus::BytesClient client{stage.connect(), "service"};
    auto one = ask(client, 1);
    auto two = ask(client, 2);
    server.expect("sees it");
    server.kill();
    CHECK(told(one) == "server gone");
    CHECK(told(two) == "server gone");
    check_goes_on(stage, client);
}

TEST_CASE("service death: a server killed with a request in its hands, it comes back once") {
    const Stage stage;
    create(stage);
    Actor server{"server", taker(stage, [](auto&, auto&) {})};
    server.expect("serves");
    bus::BytesClient client{stage.connect(), "service"};
    auto call = ask(client, 1);
    server.expect("there");
    server.kill();
    CHECK(told(call) == "server gone");
    CHECK(told(call) == "server gone");
    check_goes_on(stage, client);
}

TEST_CASE("service death: a server killed half through a change") {
    const Stage stage;
    create(stage);
    Actor server{"server", taker(stage, [](auto&, bus::BytesRequest& request) {
                     std::memset(request.data(), 0xff, request.capacity() / 2);
                 })};
    server.expect("serves");
    bus::BytesClient client{stage.connect(), "service"};
    auto call = ask(client, 1);
    server.expect("there");
    server.kill();
    CHECK(told(call) == "server gone");
    check_goes_on(stage, client);
}

TEST_CASE("service death: what a server answered before it was killed counts") {
    const Stage stage;
    create(stage);
    Actor server{"server", taker(stage, [](bus::BytesServer& own, bus::BytesRequest& request) {
                     answer_double(own, std::move(request));
                 })};
    server.expect("serves");
    bus::BytesClient client{stage.connect(), "service"};
    auto call = ask(client, 4);
    server.expect("there");
    auto other = ask(client, 5);
    server.kill();
    stage.await_departure("service", server.pid());
    CHECK(told(other) == "server gone");
    CHECK(told(call) == "answered 8");
    check_goes_on(stage, client);
}

TEST_CASE("service death: a server killed asleep, nothing was under way and nothing is lost") {
    const Stage stage;
    create(stage);
    Actor server{"server", doubler([&] { return stage.connect(); })};
    server.expect("serves");
    bus::BytesClient client{stage.connect(), "service"};
    CHECK(told(client, 1) == "answered 2");
    stage.halt_asleep("service", server);
    server.kill();
    stage.await_departure("service", server.pid());
    Actor next{"next", doubler([&] { return stage.connect(); })};
    next.expect("serves");
    CHECK(told(client, 21) == "answered 42");
}

TEST_CASE("service death: a loan made before the server was killed is told so, a new one is not") {
    const Stage stage;
    create(stage);
    Actor server{"server", doubler([&] { return stage.connect(); })};
    server.expect("serves");
    bus::BytesClient client{stage.connect(), "service"};
    CHECK(told(client, 1) == "answered 2");
    const auto id = client.id();
    auto loan = client.loan();
    put(loan.bytes(), 3);
    server.kill();
    stage.await_departure("service", server.pid());
    CHECK_FALSE(loan.send(8));
    CHECK(loan.outcome() == bus::CallOutcome::ServerGone);
    Actor next{"next", doubler([&] { return stage.connect(); })};
    next.expect("serves");
    CHECK(told(client, 21) == "answered 42");
    CHECK(client.id() != id);
    CHECK(number_in(loan.bytes()) == 3);  // its memory stays for as long as it does
}

TEST_CASE("service death: a client asleep for its answer is woken by its server's death") {
    const Stage stage;
    create(stage);
    Actor server{"server", taker(stage, [](auto&, auto&) {})};
    server.expect("serves");
    Actor client{"client", [&](Cue& cue) {
                     bus::BytesClient own{stage.connect(), "service", {.spin = at_once}};
                     auto call = ask(own, 1);
                     cue.tell("sent");
                     cue.stand("told", told(call));
                 }};
    client.expect("sent");
    server.expect("there");
    await("the client to sleep", [&] {
        const auto row = stage.row_of("service", client.pid());
        return row && row->asleep;
    });
    server.kill();
    CHECK(client.expect("told") == "server gone");
    client.finish();
}

TEST_CASE("service death: a standby takes over from a server that is killed") {
    const Stage stage;
    create(stage);
    Actor server{"server", taker(stage, [](auto&, auto&) {})};
    server.expect("serves");
    Actor standby{"standby", doubler([&] { return stage.connect(); }, {.standby = true})};
    standby.expect("serves");
    bus::BytesClient client{stage.connect(), "service"};
    auto call = ask(client, 1);
    server.expect("there");
    server.kill();
    CHECK(told(call) == "server gone");
    CHECK(told(client, 21) == "answered 42");
    CHECK(stage.row_of("service", standby.pid())->state == bus::State::Active);
}

TEST_CASE("service death: in an event loop a client goes on with the next server by the same fd") {
    const Stage stage;
    create(stage);
    Actor server{"server", taker(stage, [](auto&, auto&) {})};
    server.expect("serves");
    bus::BytesClient client{stage.connect(), "service", {.waker = bus::Waker::EventFd}};
    const int fd = client.fd();
    auto call = ask(client, 1);
    server.expect("there");
    server.kill();
    CHECK(told(call) == "server gone");
    Actor next{"next", doubler([&] { return stage.connect(); })};
    next.expect("serves");
    CHECK(told(client, 21) == "answered 42");
    CHECK(client.fd() == fd);
}

namespace {

// A client is killed at a point; the server, in this process, must be free of it at once and serve
// another one. What it took of the dead may be answered without harm.
void check_client_death(const std::function<void(bus::BytesClient&, Cue&)>& deed, bool takes) {
    const Stage stage;
    create(stage);
    bus::BytesServer server{stage.connect(), "service"};
    Actor victim{"client", [&](Cue& cue) {
                     bus::BytesClient client{stage.connect(), "service"};
                     deed(client, cue);
                 }};
    bus::BytesRequest request;
    if (takes) request = await_request(server);
    victim.expect("there");
    victim.kill();
    stage.await_departure("service", victim.pid());
    CHECK(server.clients() == 0);
    if (request) {
        CHECK(number_in(request.bytes()) == 1);
        answer_double(server, std::move(request));
    }
    CHECK_FALSE(server.take());
    bus::BytesClient next{stage.connect(), "service"};
    auto call = ask(next, 21);
    answer_double(server, await_request(server));
    CHECK(told(call) == "answered 42");
    CHECK(server.clients() == 1);
    CHECK(stage.semaphores().size() == 2);
}

void send_and_stand(bus::BytesClient& client, Cue& cue) {
    const auto call = ask(client, 1);
    cue.stand("there");
}

}  // namespace

TEST_CASE("service death: a client killed with a loan") {
    check_client_death(
        [](bus::BytesClient& client, Cue& cue) {
            const auto loan = client.loan();
            cue.stand("there");
        },
        false);
}

TEST_CASE("service death: a client killed after it sent, before the server took") {
    check_client_death(send_and_stand, false);
}

TEST_CASE("service death: a client killed while the server works for it") {
    check_client_death(send_and_stand, true);
}

TEST_CASE("service death: a client killed asleep while the server works for it") {
    check_client_death(
        [](bus::BytesClient& client, Cue& cue) {
            auto call = ask(client, 1);
            cue.tell("there");
            static_cast<void>(told(call));
        },
        true);
}

TEST_CASE("service death: the daemon killed, calls go on") {
    Stage stage;
    create(stage);
    Actor server{"server", doubler([&] { return stage.connect(); })};
    server.expect("serves");
    bus::BytesClient client{stage.connect(), "service"};
    CHECK(told(client, 1) == "answered 2");
    stage.kill_daemon();
    for (std::uint64_t i = 0; i < 1'000; ++i)
        CHECK(told(client, i) == "answered " + std::to_string(2 * i));
    stage.start_daemon();  // else whoever leaves would wait for one
}
