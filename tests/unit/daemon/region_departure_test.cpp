// Publishers that leave or die: they stay for as long as somebody has yet to take what they
// published.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "registry_fixture.hpp"

namespace shmbusd {
namespace {

using bus::Errc;
using bus::Role;

TEST_CASE("departure: a publisher that published nothing is gone at once") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestRoster roster{region};
    TestSubscriber subscriber{region};
    TestPublisher publisher{region};
    publisher.die();
    CHECK(roster.entry(0) == "free");
    CHECK(bus.announced() == "attached 1 attached 2 died 2");
}

TEST_CASE("departure: a publisher that nobody waits for is gone at once") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestRoster roster{region};
    TestPublisher publisher{region};
    publisher.publish();
    publisher.detach();
    CHECK(roster.entry(0) == "free");
    CHECK(region.attachments() == 0);
}

TEST_CASE("departure: a dead publisher stays while a subscriber has yet to take its samples") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestRoster roster{region};
    TestSubscriber subscriber{region};
    TestPublisher publisher{region};
    subscriber.bind(publisher);
    publisher.publish();
    publisher.die();
    CHECK(roster.entry(0) == "2 publisher departed");
    CHECK(region.count_active(Role::Publisher) == 0);
    CHECK(bus.announced() == "attached 1 attached 2 died 2");
    CHECK(subscriber.take());
}

TEST_CASE("departure: it stays for a subscriber that has not said where it stands") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestRoster roster{region};
    const TestSubscriber subscriber{region};
    TestPublisher publisher{region};
    publisher.publish();
    publisher.die();
    CHECK(roster.entry(0) == "2 publisher departed");
}

TEST_CASE("departure: it can still be opened, by those who knew it and by the daemon's word") {
    TestRegistry bus;
    auto& region = bus.create("r");
    TestSubscriber subscriber{region};
    TestPublisher publisher{region};
    publisher.publish();
    publisher.die();
    CHECK(region.open_peer(subscriber.id, publisher.id, subscriber.who()).id() == publisher.id);
}

TEST_CASE("departure: drained, it goes with the next change") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestRoster roster{region};
    TestSubscriber subscriber{region};
    TestPublisher publisher{region};
    subscriber.bind(publisher);
    publisher.publish();
    publisher.die();
    subscriber.take_all();
    const TestSubscriber newcomer{region};
    CHECK(roster.entry(0) == "free");
}

TEST_CASE("departure: a sample that is still held counts as not yet taken") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestRoster roster{region};
    TestSubscriber subscriber{region};
    TestPublisher publisher{region};
    subscriber.bind(publisher);
    publisher.publish();
    publisher.die();
    REQUIRE(subscriber.hold());
    const TestSubscriber newcomer{region};
    CHECK(roster.entry(0) == "2 publisher departed");
}

TEST_CASE("departure: it goes when the last subscriber that needs it goes") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestRoster roster{region};
    TestSubscriber subscriber{region};
    TestPublisher publisher{region};
    publisher.publish();
    publisher.die();
    subscriber.die();
    CHECK(roster.entry(0) == "free");
    CHECK(region.attachments() == 0);
}

TEST_CASE("departure: a subscriber that came later is owed nothing but history") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestRoster roster{region};
    TestSubscriber early{region, ":1.2"};
    TestPublisher publisher{region};
    publisher.publish();
    publisher.die();
    const TestSubscriber late{region, ":1.3"};
    early.detach();
    CHECK(roster.entry(0) == "free");
}

TEST_CASE("departure: a topic with history keeps it for those to come") {
    TestRegistry bus;
    auto options = TestRegistry::small();
    options.history = 1;
    auto& region = bus.create("r", options);
    const TestRoster roster{region};
    TestPublisher publisher{region};
    publisher.publish();
    publisher.die();
    CHECK(roster.entry(0) == "1 publisher departed");
    const TestSubscriber late{region};
    CHECK(roster.entry(0) == "1 publisher departed");
    CHECK(region.open_peer(late.id, publisher.id, late.who()).id() == publisher.id);
}

TEST_CASE("departure: kept history makes room for the living, the oldest first") {
    TestRegistry bus;
    auto options = TestRegistry::small();
    options.history = 1;
    auto& region = bus.create("r", options);
    const TestRoster roster{region};
    for (int i = 0; i < 4; ++i) {
        TestPublisher publisher{region};
        publisher.publish();
        publisher.die();
    }
    CHECK(roster.entry(3) == "4 publisher departed");
    const TestPublisher fifth{region};
    CHECK(roster.entry(0) == "5 publisher active");
    CHECK(roster.entry(1) == "2 publisher departed");
}

TEST_CASE("departure: where samples would be lost, a new publisher is refused instead") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestSubscriber subscriber{region, ":1.9"};
    for (int i = 0; i < 4; ++i) {
        TestPublisher publisher{region};
        publisher.publish();
        publisher.die();
    }
    const auto refused = refusal([&] { const TestPublisher fifth{region}; });
    CHECK(refused.code == Errc::LimitsExceeded);
    CHECK(refused.text ==
          "r: 4 departed publishers have samples that subscribers have yet to take");
}

TEST_CASE("departure: a topic that overwrites lets the oldest go instead") {
    TestRegistry bus;
    auto options = TestRegistry::small();
    options.overflow = bus::Overflow::Overwrite;
    auto& region = bus.create("r", options);
    const TestRoster roster{region};
    const TestSubscriber subscriber{region, ":1.9"};
    for (int i = 0; i < 4; ++i) {
        TestPublisher publisher{region};
        publisher.publish();
        publisher.die();
    }
    const TestPublisher fifth{region};
    CHECK(roster.entry(0) == "6 publisher active");
}

TEST_CASE("departure: the departed do not count against the publishers that may be active") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestSubscriber subscriber{region, ":1.9"};
    TestPublisher first{region};
    first.publish();
    first.die();
    const TestPublisher second{region};
    CHECK_FALSE(refusal([&] { const TestPublisher third{region}; }).code);
}

TEST_CASE("departure: one that has left cannot leave again") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestSubscriber subscriber{region, ":1.9"};
    TestPublisher publisher{region};
    publisher.publish();
    publisher.detach();
    CHECK(refusal([&] { publisher.detach(); }).code == Errc::NoSuchAttachment);
    publisher.die();
    CHECK(bus.announced() == "attached 1 attached 2 detached 2");
}

TEST_CASE("death: everything that a client had in the region ends") {
    TestRegistry bus;
    auto& region = bus.create("r");
    TestPublisher publisher{region, ":1.5"};
    const TestSubscriber own{region, ":1.5"};
    const TestSubscriber other{region, ":1.6"};
    bus.announced();
    publisher.die();
    CHECK(bus.announced() == "died 1 died 2");
    CHECK(region.attachments() == 1);
}

TEST_CASE("death: a stranger's changes nothing") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestRoster roster{region};
    const TestPublisher publisher{region, ":1.5"};
    region.client_gone(":1.55");
    CHECK(roster.entry(0) == "1 publisher active");
    CHECK(roster.reader.change() == 1);
}

}  // namespace
}  // namespace shmbusd
