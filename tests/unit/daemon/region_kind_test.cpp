// What regions of every kind have in common.
#include <chrono>
#include <functional>
#include <string_view>

#include <doctest/doctest.h>

#include "daemon/accounts.hpp"
#include "registry_fixture.hpp"
#include "store_fixture.hpp"

namespace shmbusd {
namespace {

using bus::Errc;
using bus::Kind;
using bus::Role;

bus::abi::Shape small_of(Kind kind) {
    auto shape = bus::abi::default_shape(kind);
    shape.size = 64;
    shape.fence = bus::Fence::Full;
    return shape;
}

TEST_CASE("region: a role of another kind is refused with both kinds") {
    TestRegistry bus;
    auto& topic = bus.create("t", small_of(Kind::Topic));
    auto& service = bus.create("s", small_of(Kind::Service));
    auto& raw = bus.create("r", small_of(Kind::Raw));
    const auto refused = [](Region& region, Role role) {
        return refusal([&] { (void)region.attach({.role = role}, user(1000)); });
    };
    CHECK(refused(topic, Role::Server).code == Errc::KindMismatch);
    CHECK(refused(topic, Role::Server).text == "t: a topic has no server, a service has");
    CHECK(refused(service, Role::Publisher).text == "s: a service has no publisher, a topic has");
    CHECK(refused(raw, Role::Client).text == "r: a raw region has no client, a service has");
}

TEST_CASE("region: leading takes the right to write, following the right to read") {
    TestRegistry bus;
    auto& service = bus.create("s", small_of(Kind::Service), 0604);
    auto& raw = bus.create("r", small_of(Kind::Raw), 0604);
    auto& other_service = bus.create("os", small_of(Kind::Service), 0602);
    auto& other_raw = bus.create("or", small_of(Kind::Raw), 0602);
    const auto refused = [](Region& region, Role role) {
        return refusal([&] { (void)region.attach({.role = role}, user(1001)); });
    };
    CHECK(refused(service, Role::Server).text == "s: " + user_text(1001) + " may not serve");
    CHECK(refused(raw, Role::Writer).text == "r: " + user_text(1001) + " may not write");
    CHECK(refused(other_service, Role::Client).text ==
          "os: " + user_text(1001) + " may not be a client");
    CHECK(refused(other_raw, Role::Reader).text == "or: " + user_text(1001) + " may not read");
    CHECK_FALSE(refused(service, Role::Client).code);
    CHECK_FALSE(refused(raw, Role::Reader).code);
}

TEST_CASE("region: leading roles have the first entries of the roster") {
    TestRegistry bus;
    auto& region = bus.create("s", small_of(Kind::Service));
    const Member client{region, Role::Client, user(1000, ":1.1")};
    const Member server{region, Role::Server, user(1000, ":1.2")};
    const TestRoster roster{region};
    CHECK(roster.entry(0) == "2 server active");
    CHECK(roster.entry(1) == "free");
    CHECK(roster.entry(2) == "1 client active");
}

TEST_CASE("region: nobody stalls where nobody publishes") {
    TestRegistry bus;
    auto& region = bus.create("s", small_of(Kind::Service));
    const Member server{region, Role::Server, user(1000, ":1.1")};
    const auto refused = refusal([&] { (void)region.report_stall(1, 2, ":1.1", Time{}); });
    CHECK(refused.code == Errc::KindMismatch);
    CHECK(refused.text == "s: nobody publishes in a service");
}

TEST_CASE("region: a full one names the role that has no room") {
    TestRegistry bus;
    auto shape = small_of(Kind::Raw);
    shape.leading = 1;
    auto& region = bus.create("r", shape);
    const Member writer{region, Role::Writer, user(1000, ":1.1")};
    const auto refused =
        refusal([&] { (void)region.attach({.role = Role::Writer}, user(1000, ":1.2")); });
    CHECK(refused.code == Errc::LimitsExceeded);
    CHECK(refused.text == "r: it has room for 1 writers, all of which are attached");
}

TEST_CASE("region: of every kind is taken up after a restart with all who are in it") {
    for (const auto kind : {Kind::Service, Kind::Raw}) {
        CAPTURE(to_string(kind));
        TestStore store;
        auto first = std::make_unique<TestRegistry>(Limits{}, &store);
        auto& region = first->create("a", small_of(kind));
        const Member one{region, bus::abi::leading_role(kind), user(1000, ":1.1")};
        const Member other{region, bus::abi::following_role(kind), user(1000, ":1.2"),
                           WakerKind::EventFd};
        store.set_open(false);
        first.reset();
        store.set_open(true);
        TestRegistry next{{}, &store};
        const auto done = restore(next.registry, store, store.leave());
        CHECK(done.set_aside.empty());
        REQUIRE(done.regions.size() == 1);
        CHECK(done.regions[0]->shape() == small_of(kind));
        CHECK(done.regions[0]->attachments() == 2);
        CHECK(done.regions[0]->count_active(bus::abi::following_role(kind)) == 1);
    }
}

TEST_CASE("region: only a raw one has bytes to open, to grow and to announce") {
    TestRegistry bus;
    auto& region = bus.create("t");
    const TestPublisher publisher{region};
    const auto is_refused = [](const std::function<void()>& call) {
        const auto refused = refusal(call);
        return refused.code == Errc::KindMismatch &&
               refused.text == "t: a topic has no bytes to map";
    };
    CHECK(is_refused([&] { (void)region.open_bytes(publisher.id, ":1.1"); }));
    CHECK(is_refused([&] { (void)region.grow(publisher.id, ":1.1", 1 << 20); }));
    CHECK(is_refused([&] { region.announce_bytes(publisher.id, ":1.1", 1); }));
}

TEST_CASE("region: with another bus all who were on the old one have gone") {
    TestRegistry bus;
    auto& region = bus.create("t");
    const TestPublisher publisher{region, ":1.1"};
    const TestSubscriber subscriber{region, ":1.2"};
    CHECK(region.members().size() == 2);
    bus.announced();
    region.move_to_bus(std::string(32, 'c'));
    CHECK(bus.announced() == "died 1 died 2");
    CHECK(region.members().empty());
    const bus::base::Mapping roster{region.roster(), region.geometry().roster_bytes(),
                                    bus::base::Access::ReadOnly, bus::base::Populate::Lazily, "t"};
    const auto& record = reinterpret_cast<const bus::abi::RosterHeader*>(roster.data())->record;
    CHECK(std::string_view{record.bus_id, sizeof record.bus_id} == std::string(32, 'c'));
}

TEST_CASE("region: taken up again, it wakes who sleeps, who then sees that the roster moved") {
    TestRegistry bus;
    auto& region = bus.create("t");
    TestSubscriber subscriber{region};
    const bus::base::Mapping roster{region.roster(), region.geometry().roster_bytes(),
                                    bus::base::Access::ReadOnly, bus::base::Populate::Lazily, "t"};
    const bus::shm::RosterReader reader{roster.data(), region.geometry()};
    const auto change = reader.change();
    bus::base::Semaphore semaphore{subscriber.attachment->semaphore()};
    subscriber.sleep().epoch = 1;
    region.resume();
    CHECK(semaphore.wait_for(std::chrono::nanoseconds{0}));
    CHECK(reader.change() != change);
}

}  // namespace
}  // namespace shmbusd
