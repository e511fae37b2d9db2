// A client or a server of a service dies at every instruction of what it does.
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "actor.hpp"
#include "cargo.hpp"
#include "operation.hpp"
#include "watchdog.hpp"

using namespace adversity;
using integration::Actor;
using integration::Cue;
using integration::Ledger;
using integration::patience;
using integration::Stage;
using namespace std::chrono_literals;

namespace {

constexpr const char* service = "answers";
constexpr std::size_t size = 40;
constexpr std::uint64_t survivor = 0;
// What a request and its response carry: cargo of who asks, one after the other.
constexpr std::uint64_t asked = 1;
constexpr std::uint64_t answered = 2;

bus::Connection create(const Stage& stage) {
    auto connection = stage.connect();
    connection.create_service(service, {.size = 64, .depth = 4, .clients = 3, .standbys = 0});
    return connection;
}

// Throws when it is not this cargo of this sender, whole.
void check_cargo(std::span<const std::byte> bytes, std::uint64_t sender, std::uint64_t number) {
    Ledger ledger;
    ledger.begin(sender, number);
    ledger.enter(bytes);
    if (ledger.count(sender) != 1) throw std::runtime_error{"another's cargo came"};
}

std::uint64_t sender_of(std::span<const std::byte> bytes) {
    std::uint64_t sender = 0;
    std::memcpy(&sender, bytes.data(), sizeof sender);
    return sender;
}

void send(bus::BytesCall& call, std::uint64_t sender) {
    integration::load(call.bytes().first(size), sender, asked);
    if (!call.send(size)) throw std::runtime_error{"nothing was sent"};
}

// A whole answer, or the news that there will be none.
void check_outcome(bus::BytesCall& call, std::uint64_t sender) {
    const auto outcome = call.wait_for(patience);
    if (outcome == bus::CallOutcome::Answered)
        return check_cargo(call.response(), sender, answered);
    if (outcome != bus::CallOutcome::ServerGone)
        throw std::runtime_error{"the call came to \"" + std::string{to_string(outcome)} + "\""};
}

void answer(bus::BytesServer& server, bus::BytesRequest&& request) {
    const auto sender = sender_of(request.bytes());
    check_cargo(request.bytes(), sender, asked);
    integration::load(request.memory().first(size), sender, answered);
    server.respond(std::move(request), size);
}

// Takes and answers all that is there; how much it was.
std::uint64_t answer_all(bus::BytesServer& server) {
    std::uint64_t count = 0;
    for (auto request = server.take(); request; request = server.take(), ++count)
        answer(server, std::move(request));
    return count;
}

// One call between a client and a server of this process.
void call_once(bus::BytesClient& client, bus::BytesServer& server) {
    auto call = client.loan(patience);
    if (!call) throw std::runtime_error{"there is no memory for a request"};
    send(call, survivor);
    if (!server.wait_for(patience) || answer_all(server) == 0)
        throw std::runtime_error{"a request does not come"};
    check_outcome(call, survivor);
    if (call.outcome() != bus::CallOutcome::Answered)
        throw std::runtime_error{"a server that lives passes for gone"};
}

void await_asleep(const Stage& stage, const Actor& actor) {
    integration::await("process " + std::to_string(actor.pid()) + " to sleep", [&] {
        const auto row = stage.row_of(service, actor.pid());
        return row && row->asleep;
    });
}

// The victim is a client that sends a request.
class Ask final : public Operation {
public:
    enum class Server { Awake, Asleep };
    Ask(const Stage& stage, Server server) : stage_{stage}, connection_{create(stage)} {
        if (server == Server::Awake) {
            server_.emplace(connection_, service);
        } else {
            sleeper_.emplace("server", [&stage](Cue& cue) { serve(stage, cue); });
            sleeper_->expect("ready");
        }
        client_.emplace(connection_, service);
    }

    void perform(std::uint64_t run, const Mark& mark) override {
        bus::BytesClient client{stage_.connect(), service};
        auto call = client.loan(patience);
        mark();
        send(call, run);
        mark();
    }
    void prepare(std::uint64_t, Victim&) override {
        if (sleeper_) await_asleep(stage_, *sleeper_);
    }
    void judge(std::uint64_t, const Victim& victim) override {
        if (server_) {
            answer_all(*server_);
            call_once(*client_, *server_);
        } else {
            auto call = client_->loan(patience);
            send(call, survivor);
            check_outcome(call, survivor);
        }
        integration::await("the victim's departure",
                           [&] { return !stage_.row_of(service, victim.pid()); });
    }

private:
    static void serve(const Stage& stage, const Cue& cue) {
        bus::BytesServer server{stage.connect(), service, {.spin = 0ns}};
        cue.tell("ready");
        for (;;) {
            static_cast<void>(server.wait_for(patience));
            answer_all(server);
        }
    }

    const Stage& stage_;
    bus::Connection connection_;
    std::optional<bus::BytesServer> server_;
    std::optional<Actor> sleeper_;
    std::optional<bus::BytesClient> client_;
};

// The victim is a server that takes a request, or has taken one and responds.
class Serve final : public Operation {
public:
    enum class Deed { Take, Respond };
    enum class Client { Awake, Asleep };
    Serve(const Stage& stage, Deed deed, Client client)
        : stage_{stage}, deed_{deed}, connection_{create(stage)}, client_{connection_, service} {
        if (client == Client::Awake) return;
        sleeper_.emplace("client", [&stage](Cue& cue) { ask(stage, cue); });
        sleeper_->expect("ready");
    }

    void perform(std::uint64_t, const Mark& mark) override {
        bus::BytesServer server{stage_.connect(), service};
        mark();
        Cue::require(server.wait_for(patience), "no request comes");
        if (deed_ == Deed::Take) mark();
        auto request = server.take();
        if (deed_ == Deed::Respond) {
            Cue::require(bool(request), "there is no request");
            mark();
            answer(server, std::move(request));
        }
        mark();
    }
    void prepare(std::uint64_t run, Victim& victim) override {
        if (sleeper_) {
            sleeper_->proceed();
        } else {
            call_ = client_.loan(patience);
            send(call_, run);
        }
        victim.run_to_mark();
        if (sleeper_) await_asleep(stage_, *sleeper_);
    }
    void judge(std::uint64_t run, const Victim& victim) override {
        if (sleeper_) {
            sleeper_->expect("ready");
        } else {
            check_outcome(call_, run);
            call_ = {};
        }
        integration::await("the victim's departure",
                           [&] { return !stage_.row_of(service, victim.pid()); });
        bus::BytesServer next{connection_, service};
        call_once(client_, next);
    }

private:
    static void ask(const Stage& stage, const Cue& cue) {
        bus::BytesClient client{stage.connect(), service, {.spin = 0ns}};
        for (;;) {
            cue.stand("ready");
            auto call = client.loan(patience);
            Cue::require(bool(call), "there is no memory for a request");
            send(call, survivor);
            check_outcome(call, survivor);
        }
    }

    const Stage& stage_;
    Deed deed_;
    bus::Connection connection_;
    bus::BytesClient client_;
    bus::BytesCall call_;
    std::optional<Actor> sleeper_;
};

Case asking(const char* name, Ask::Server server) {
    return {name, [server](const auto& stage) { return std::make_unique<Ask>(stage, server); }};
}
Case serving(const char* name, Serve::Deed deed, Serve::Client client) {
    return {name, [=](const auto& stage) { return std::make_unique<Serve>(stage, deed, client); }};
}

}  // namespace

TEST_CASE("crash: request") { check(asking("request", Ask::Server::Awake)); }
TEST_CASE("crash: request, the server asleep") {
    check(asking("request, the server asleep", Ask::Server::Asleep));
}
TEST_CASE("crash: take a request") {
    check(serving("take a request", Serve::Deed::Take, Serve::Client::Awake));
}
TEST_CASE("crash: respond") {
    check(serving("respond", Serve::Deed::Respond, Serve::Client::Awake));
}
TEST_CASE("crash: respond, the client asleep") {
    check(serving("respond, the client asleep", Serve::Deed::Respond, Serve::Client::Asleep));
}
