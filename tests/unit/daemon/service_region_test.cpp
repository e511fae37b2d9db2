// A service in the daemon: who serves, whose exchange goes to whom, and what the next daemon takes
// up.
#include "daemon/service_region.hpp"

#include <memory>
#include <string>

#include <sys/mman.h>

#include <doctest/doctest.h>

#include "abi/service_layout.hpp"
#include "shm/exchange.hpp"
#include "store_fixture.hpp"

namespace shmbusd {
namespace {

using bus::Errc;
using bus::Role;

bus::abi::Shape desk() {
    auto shape = bus::abi::default_shape(bus::Kind::Service);
    shape.size = 64;
    shape.slots = 4;
    shape.leading = 3;
    shape.fence = bus::Fence::Full;
    return shape;
}

// Attaches as a standby, without activating.
std::uint64_t attach_standby(Region& region, const std::string& peer) {
    return region.attach({.role = Role::Server, .standby = true}, user(1000, peer)).id();
}
std::uint64_t join_standby(Region& region, const std::string& peer) {
    const auto id = attach_standby(region, peer);
    region.activate(id, peer);
    return id;
}
std::optional<Errc> opens(Region& region, std::uint64_t own, const std::string& peer,
                          std::uint64_t other) {
    return refusal([&] { static_cast<void>(region.open_peer(own, other, user(1000, peer))); }).code;
}

TEST_CASE("service region: a second server is refused with who serves") {
    TestRegistry daemon;
    auto& region = daemon.create("desk", desk());
    const Member server{region, Role::Server, user(1000, ":1.1")};
    const auto refused =
        refusal([&] { (void)region.attach({.role = Role::Server}, user(1000, ":1.2")); });
    CHECK(refused.code == Errc::LimitsExceeded);
    CHECK(refused.text ==
          "desk: attachment 1 serves it, and this one does not ask to wait as a standby");
}

TEST_CASE("service region: standbys take over in the order in which they came") {
    TestRegistry daemon;
    auto& region = daemon.create("desk", desk());
    Member server{region, Role::Server, user(1000, ":1.1")};
    join_standby(region, ":1.2");
    join_standby(region, ":1.3");
    const TestRoster roster{region};
    CHECK(roster.entry(0) == "1 server active");
    CHECK(roster.entry(1) == "2 server standby");
    CHECK(region.count_active(Role::Server) == 1);
    server.die();
    CHECK(roster.entry(1) == "2 server active");
    CHECK(roster.entry(2) == "3 server standby");
    region.client_gone(":1.2");
    CHECK(roster.entry(2) == "3 server active");
}

TEST_CASE("service region: a standby that leaves changes nothing for who serves") {
    TestRegistry daemon;
    auto& region = daemon.create("desk", desk());
    const Member server{region, Role::Server, user(1000, ":1.1")};
    const auto standby = join_standby(region, ":1.2");
    region.detach(standby, ":1.2");
    CHECK(TestRoster{region}.entry(0) == "1 server active");
    CHECK(TestRoster{region}.entry(1) == "free");
}

TEST_CASE("service region: who came first serves once it takes part, and who came later waits") {
    TestRegistry daemon;
    auto& region = daemon.create("desk", desk());
    const auto first = attach_standby(region, ":1.1");
    const auto second = join_standby(region, ":1.2");
    const TestRoster roster{region};
    CHECK(roster.entry(1) == std::to_string(second) + " server standby");
    region.activate(first, ":1.1");
    CHECK(roster.entry(0) == "1 server active");
    region.client_gone(":1.1");
    CHECK(roster.entry(1) == "2 server active");
}

TEST_CASE("service region: an exchange goes to the server that opens it first, and to no other") {
    TestRegistry daemon;
    auto& region = daemon.create("desk", desk());
    Member server{region, Role::Server, user(1000, ":1.1")};
    const Member client{region, Role::Client, user(1000, ":1.2")};
    const Member other{region, Role::Client, user(1000, ":1.3")};
    const auto standby = join_standby(region, ":1.4");
    const TestRoster roster{region};
    const auto entry = client.attachment->entry();
    CHECK(roster.reader.facts(entry).late == 0);
    CHECK(opens(region, standby, ":1.4", client.id) == Errc::NoSuchAttachment);  // not its turn
    CHECK(opens(region, other.id, ":1.3", client.id) == Errc::NoSuchAttachment);
    CHECK_FALSE(opens(region, server.id, ":1.1", client.id));
    CHECK_FALSE(opens(region, server.id, ":1.1", client.id));  // its answer may have been lost
    CHECK(roster.reader.facts(entry).late == server.id);
    CHECK_FALSE(opens(region, client.id, ":1.2", server.id));
    server.die();
    CHECK(opens(region, standby, ":1.4", client.id) == Errc::NoSuchAttachment);
    CHECK_FALSE(opens(region, standby, ":1.4", other.id));
}

TEST_CASE("service region: an exchange is sealed by its server, after which none can map it") {
    TestRegistry daemon;
    auto& region = daemon.create("desk", desk());
    const Member server{region, Role::Server, user(1000, ":1.1")};
    const Member client{region, Role::Client, user(1000, ":1.2")};
    const int fd = region.open_peer(server.id, client.id, user(1000, ":1.1")).segment();
    const auto bytes = region.bytes_of(Role::Client);
    const auto map = [&] {
        return ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    };
    void* own = map();
    REQUIRE(own != MAP_FAILED);
    bus::base::seal_future_writes(fd, "exchange");
    CHECK(map() == MAP_FAILED);
    static_cast<std::byte*>(own)[bytes - 1] = std::byte{7};
    CHECK(client.mapping.data()[bytes - 1] == std::byte{7});
    ::munmap(own, bytes);
}

TEST_CASE("service region: counters come from the segments, whatever is written there") {
    TestRegistry daemon;
    auto& region = daemon.create("desk", desk());
    const Member server{region, Role::Server, user(1000, ":1.1")};
    const Member client{region, Role::Client, user(1000, ":1.2")};
    auto& own = *reinterpret_cast<bus::abi::ServerHeader*>(server.mapping.data());
    auto& exchange = *reinterpret_cast<bus::abi::ExchangeHeader*>(client.mapping.data());
    own.taken = 5;
    own.responded = 3;
    own.refused = 1;
    exchange.sent = 7;
    exchange.responded = 4;
    exchange.refused = 1;
    auto rows = region.statistics();
    CHECK(rows[0].requests == 5);
    CHECK(rows[0].in_flight == 1);
    CHECK(rows[1].requests == 7);
    CHECK(rows[1].responded == 4);
    CHECK(rows[1].refused == 1);
    CHECK(rows[1].in_flight == 2);
    exchange.sent = ~std::uint64_t{0};
    CHECK(region.statistics()[1].in_flight == 4);  // no more than there are slots
    exchange.sent = 0;
    CHECK(region.statistics()[1].in_flight == 0);
}

// A service with a server, a standby and a client that is paired, whose daemon has died.
class Remains {
public:
    Remains() {
        auto& region = first_->create("desk", desk());
        server_ = std::make_unique<Member>(region, Role::Server, user(1000, ":1.1"));
        join_standby(region, ":1.2");
        client_ = std::make_unique<Member>(region, Role::Client, user(1000, ":1.3"));
        static_cast<void>(region.open_peer(1, client_->id, user(1000, ":1.1")));
        store.set_open(false);
        first_.reset();
        store.set_open(true);
    }
    // Changes the roster as the earlier daemon left it.
    template <class Spoil>
    void spoil(Spoil spoil) {
        bus::base::Mapping mapping{store.fd("r1"), 4096, bus::base::Access::ReadWrite,
                                   bus::base::Populate::Lazily, "roster"};
        auto* header = reinterpret_cast<bus::abi::RosterHeader*>(mapping.data());
        spoil(reinterpret_cast<bus::abi::RosterEntry*>(header + 1));
    }

    TestStore store;

private:
    std::unique_ptr<TestRegistry> first_ = std::make_unique<TestRegistry>(Limits{}, &store);
    std::unique_ptr<Member> server_;
    std::unique_ptr<Member> client_;
};

TEST_CASE("service region: the next daemon knows who serves, who waits, and who is paired") {
    Remains left;
    TestRegistry next{{}, &left.store};
    REQUIRE(restore(next.registry, left.store, left.store.leave()).set_aside.empty());
    auto& region = next.registry.get("desk");
    const TestRoster roster{region};
    CHECK(roster.entry(0) == "1 server active");
    CHECK(roster.entry(1) == "2 server standby");
    CHECK_FALSE(opens(region, 1, ":1.1", 3));
    region.client_gone(":1.1");
    CHECK(roster.entry(1) == "2 server active");
    CHECK(opens(region, 2, ":1.2", 3) == Errc::NoSuchAttachment);
}

TEST_CASE("service region: a takeover that was cut short is finished by the next daemon") {
    Remains left;
    left.spoil([](bus::abi::RosterEntry* entries) { entries[0].word = 0; });
    left.store.drop("s1.1");
    TestRegistry next{{}, &left.store};
    REQUIRE(restore(next.registry, left.store, left.store.leave()).set_aside.empty());
    CHECK(TestRoster{next.registry.get("desk")}.entry(1) == "2 server active");
}

TEST_CASE("service region: a client paired with a server yet to come sets the region aside") {
    Remains left;
    left.spoil([](bus::abi::RosterEntry* entries) { entries[3].late = 99; });
    TestRegistry next{{}, &left.store};
    const auto done = restore(next.registry, left.store, left.store.leave());
    REQUIRE(done.set_aside.size() == 1);
    CHECK(done.set_aside[0].find("paired with a server not yet there") != std::string::npos);
}

TEST_CASE("service region: statistics tell who serves from who waits") {
    TestRegistry daemon;
    auto& region = daemon.create("desk", desk());
    const Member server{region, Role::Server, user(1000, ":1.1")};
    join_standby(region, ":1.2");
    const auto rows = region.statistics();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].state == bus::State::Active);
    CHECK(rows[1].state == bus::State::Standby);
}

}  // namespace
}  // namespace shmbusd
