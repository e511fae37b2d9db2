// A member of a service that does not play by the rules: it can hurt the one it shares memory with
// by what it says, and nobody in any other way.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "attempt.hpp"
#include "calling.hpp"
#include "intruder.hpp"
#include "user.hpp"
#include "wire_client.hpp"

using namespace integration;

namespace {

void create(const Stage& stage, const bus::ServiceOptions& options = {.size = 256, .mode = 0666}) {
    stage.connect().create_service("service", options);
}

// A segment that one may write, mapped.
class Memory {
public:
    explicit Memory(int fd) {
        struct stat status {};
        REQUIRE(::fstat(fd, &status) == 0);
        size_ = static_cast<std::size_t>(status.st_size);
        data_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        REQUIRE(data_ != MAP_FAILED);
    }
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    ~Memory() { ::munmap(data_, size_); }

    // Writes something into all of it: numbers of every size, and such as make sense there.
    void scribble(std::mt19937_64& random) {
        auto* words = static_cast<volatile std::uint64_t*>(data_);
        for (std::size_t i = 0; i < size_ / sizeof(std::uint64_t); ++i)
            words[i] = random() % 2 == 0 ? random() : random() % 1024;
    }

private:
    void* data_;
    std::size_t size_;
};

// A client that scribbles over its exchange without end, once the server has that open.
void scribble_as_client(const Stage& stage, Cue& cue) {
    WireClient client{stage.address()};
    const auto attached = client.attach("service", "client");
    Memory memory{attached.segment.get()};
    client.activate("service", attached.id);
    cue.stand("attached");
    cue.tell("scribbles");
    for (std::mt19937_64 random{1};;) memory.scribble(random);
}

}  // namespace

TEST_CASE("service: a client that scribbles over its whole exchange disturbs no other client") {
    const Stage stage;
    create(stage);
    Actor server{"server", doubler([&] { return stage.connect(); })};
    server.expect("serves");
    Actor scribbler{"scribbler", [&](Cue& cue) { scribble_as_client(stage, cue); }};
    scribbler.expect("attached");
    scribbler.proceed();
    scribbler.expect("scribbles");
    bus::BytesClient client{stage.connect(), "service"};
    for (std::uint64_t i = 0; i < 2'000; ++i)
        CHECK(told(client, i) == "answered " + std::to_string(2 * i));
    scribbler.kill();
    CHECK(told(client, 21) == "answered 42");
}

TEST_CASE(
    "service: a client that scribbles while the server works for it is answered all the same") {
    const Stage stage;
    create(stage);
    bus::BytesServer server{stage.connect(), "service"};
    Actor scribbler{"scribbler", [&](Cue& cue) { scribble_as_client(stage, cue); }};
    scribbler.expect("attached");
    REQUIRE(server.clients() == 1);
    scribbler.proceed();
    int served = 0;
    await("what looks like requests", [&] {
        auto request = server.take();
        if (!request) return false;
        CHECK(request.size() <= request.capacity());
        std::memset(request.data(), served, request.capacity());
        if (++served % 2 == 0)
            server.respond(std::move(request), 256);
        else
            server.refuse(std::move(request), 1, "what you ask makes no sense");
        return served == 20;
    });
}

TEST_CASE(
    "service: a server that scribbles over an exchange makes its client's calls wrong alone") {
    const Stage stage;
    create(stage);
    Actor scribbler{"scribbler", [&](Cue& cue) {
                        WireClient server{stage.address()};
                        const auto attached = server.join("service", "server");
                        cue.stand("serves");
                        const auto exchange = server.open_peer("service", attached.id, 2);
                        Memory memory{exchange.get()};
                        cue.tell("scribbles");
                        for (std::mt19937_64 random{1};;) memory.scribble(random);
                    }};
    scribbler.expect("serves");
    bus::BytesClient client{stage.connect(), "service"};
    REQUIRE(client.id() == 2);
    scribbler.proceed();
    scribbler.expect("scribbles");
    for (int i = 0; i < 50; ++i) {
        auto call = client.try_loan();
        if (!call) break;
        call.send(8);
        call.wait_for(std::chrono::milliseconds{1});
        CHECK(call.response().size() <= call.capacity());
        CHECK(call.text().size() <= call.capacity());
    }
    scribbler.kill();
    Actor next{"next", doubler([&] { return stage.connect(); })};
    next.expect("serves");
    CHECK(told(client, 21) == "answered 42");
}

TEST_CASE(
    "service: a client that seals its exchange against the server is not served, others are") {
    const Stage stage;
    create(stage);
    WireClient wire{stage.address()};
    const auto sealed = wire.attach("service", "client");
    REQUIRE(::fcntl(sealed.segment.get(), F_ADD_SEALS, F_SEAL_SEAL) == 0);
    wire.activate("service", sealed.id);
    bus::BytesServer server{stage.connect(), "service"};
    CHECK(server.clients() == 0);
    bus::BytesClient client{stage.connect(), "service"};
    auto call = ask(client, 1);
    answer_double(server, await_request(server));
    CHECK(told(call) == "answered 2");
    CHECK(server.clients() == 1);
}

TEST_CASE("service: nobody but the pair can map an exchange writable") {
    const Stage stage;  // run by root, this is what root can do
    create(stage);
    bus::BytesServer server{stage.connect(), "service"};
    WireClient wire{stage.address()};
    const auto client = wire.join("service", "client");
    CHECK(server.clients() == 1);
    CHECK(ways_to_write(client.segment.get()) == "");  // the client has it mapped, or never will
}

TEST_CASE("service: an exchange is opened by its server and by nobody else, ever") {
    const Stage stage;
    create(stage, {.size = 256, .standbys = 2});
    WireClient one{stage.address()};
    WireClient other{stage.address()};
    WireClient third{stage.address()};
    const auto server = one.join("service", "server");
    const auto client = other.join("service", "client");
    const auto second = third.join("service", "client");
    CHECK_NOTHROW(static_cast<void>(one.open_peer("service", server.id, client.id)));
    CHECK_THROWS_AS(static_cast<void>(third.open_peer("service", second.id, client.id)), Refused);
    bus::BytesServer next{stage.connect(), "service", bus::ServerOptions{.standby = true}};
    one.detach("service", server.id);
    CHECK(next.state() == bus::State::Active);
    CHECK(next.clients() == 1);  // the second, whom nobody had opened
    const auto late = one.attach("service", "client");
    CHECK_THROWS_AS(static_cast<void>(one.open_peer("service", late.id, next.id())), Refused);
}

TEST_CASE("service: write bits serve, read bits are clients") {
    if (!can_become_others()) return;
    const Stage stage;
    create(stage, {.size = 256, .mode = 0644});
    Actor guest{"guest", [&](Cue& cue) {
                    become(alice);
                    const auto connection = stage.connect();
                    cue.tell("serves", attempt([&] {
                                 const bus::BytesServer server{connection, "service"};
                             }));
                    bus::BytesClient client{connection, "service", {.spin = at_once}};
                    cue.tell("attached");
                    cue.stand("called", told(client, 21));
                }};
    CHECK(guest.expect("serves") == "denied");
    guest.expect("attached");
    bus::BytesServer server{stage.connect(), "service", bus::ServerOptions{.spin = at_once}};
    answer_double(server, await_request(server));
    CHECK(guest.expect("called") == "answered 42");
    guest.finish();
}
