// The daemon of a service dies, and the next one takes up what systemd kept.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include <sys/mman.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "calling.hpp"
#include "keeper.hpp"
#include "refusal.hpp"

using namespace integration;

namespace {

void create(const Keeper& keeper) { keeper.connect().create_service("service", {.size = 256}); }

void await_rows(const Keeper& keeper, std::size_t count) {
    await("the daemon to see who is there",
          [&] { return keeper.connect().status("service").attachments.size() == count; });
}

// Where this stands in a roster (libbus/abi/layout.hpp).
constexpr std::size_t requires_at = 8;

}  // namespace

TEST_CASE("service restart: killed 10 times under running calls, and nobody sees anything of it") {
    const PrivateBus bus;
    Keeper keeper{bus};
    create(keeper);
    Actor server{"server", doubler([&] { return keeper.connect(); })};
    server.expect("serves");
    Actor client{"client", [&](Cue& cue) {
                     bus::BytesClient own{keeper.connect(), "service"};
                     cue.stand("ready");
                     for (std::uint64_t i = 0; i < 10'000; ++i)
                         Cue::require(told(own, i) == "answered " + std::to_string(2 * i),
                                      "a wrong answer");
                     cue.stand("done");
                 }};
    client.expect("ready");
    client.proceed();
    for (int round = 0; round < 10; ++round) {
        keeper.kill();
        keeper.start();
    }
    client.expect("done");
    const auto status = keeper.connect().status("service");
    CHECK(status.region.publishers == 1);
    CHECK(status.region.subscribers == 1);
    client.finish();
}

TEST_CASE("service restart: a server that died while no daemon was there is gone with the next") {
    const PrivateBus bus;
    Keeper keeper{bus};
    create(keeper);
    auto server = std::make_unique<Actor>("server", [&](Cue& cue) {
        bus::BytesServer own{keeper.connect(), "service"};
        cue.tell("serves");
        const auto request = await_request(own);
        cue.stand("there");
    });
    server->expect("serves");
    Actor standby{"standby", doubler([&] { return keeper.connect(); }, {.standby = true})};
    standby.expect("serves");
    bus::BytesClient client{keeper.connect(), "service"};
    auto call = ask(client, 1);
    server->expect("there");
    keeper.kill();
    server->kill();
    CHECK(told(call, std::chrono::milliseconds{1}) == "timed out");
    keeper.start();
    CHECK(told(call) == "server gone");
    CHECK(told(client, 21) == "answered 42");
    await_rows(keeper, 2);
}

TEST_CASE("service restart: an exchange stays paired with its server, and a standby waits on") {
    const PrivateBus bus;
    Keeper keeper{bus};
    create(keeper);
    auto server = std::make_unique<bus::BytesServer>(keeper.connect(), "service");
    bus::BytesClient client{keeper.connect(), "service"};
    auto call = ask(client, 1);
    auto request = await_request(*server);
    bus::BytesServer standby{keeper.connect(), "service", bus::ServerOptions{.standby = true}};
    keeper.kill();
    keeper.start();
    CHECK(standby.state() == bus::State::Standby);
    answer_double(*server, std::move(request));
    CHECK(told(call) == "answered 2");
    server.reset();
    await("the standby's turn", [&] { return standby.state() == bus::State::Active; });
    CHECK(standby.clients() == 0);  // what was shared with the first is not shared with it
    auto next = ask(client, 3);
    answer_double(standby, await_request(standby));
    CHECK(told(next) == "answered 6");
}

TEST_CASE("service restart: a region whose layout is of an unknown version is not attached to") {
    const PrivateBus bus;
    Keeper keeper{bus};
    create(keeper);
    await("the roster to be kept", [&] {
        const auto kept = keeper.kept();
        return std::ranges::count(kept, "r1") == 1;
    });
    constexpr std::size_t page = 4096;
    void* roster =
        ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, keeper.descriptor("r1"), 0);
    REQUIRE(roster != MAP_FAILED);
    const std::uint32_t unknown = 0x8000'0000;
    std::memcpy(static_cast<std::byte*>(roster) + requires_at, &unknown, sizeof unknown);
    ::munmap(roster, page);
    check_refused(bus::Errc::BadSegment, {"service", "layout", "version"}, [&] {
        const bus::BytesServer server{keeper.connect(), "service"};
    });
    check_refused(bus::Errc::BadSegment, {"service", "layout", "version"}, [&] {
        const bus::BytesClient client{keeper.connect(), "service"};
    });
}
