// Joining and leaving: who may, who fits, what the roster says after each step.
#include <string>

#include <poll.h>
#include <sys/mman.h>

#include <doctest/doctest.h>

#include "base/memfd.hpp"
#include "daemon/accounts.hpp"
#include "registry_fixture.hpp"

namespace shmbusd {
namespace {

using bus::Errc;
using bus::Role;

JoinRequest as(Role role) {
    JoinRequest request;
    request.role = role;
    return request;
}

TEST_CASE("region: attaching enters the roster without telling anyone") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestRoster roster{region};
    const auto& attachment = region.attach(as(Role::Publisher), user(1000));
    CHECK(attachment.id() == 1);
    CHECK(roster.entry(0) == "1 publisher attached");
    CHECK(roster.reader.change() == 0);
    CHECK(bus.announced() == "");
    CHECK(region.count_active(Role::Publisher) == 0);
}

TEST_CASE("region: activating makes the entry active, moves the counter and announces") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestRoster roster{region};
    (void)region.attach(as(Role::Subscriber), user(1000, ":1.7"));
    region.activate(1, ":1.7");
    CHECK(roster.entry(4) == "1 subscriber active");
    CHECK(roster.reader.change() == 1);
    CHECK(region.count_active(Role::Subscriber) == 1);
    REQUIRE(bus.events.size() == 1);
    const auto& event = bus.events.front();
    CHECK(event.what == bus::Event::What::Attached);
    CHECK(event.region == "r");
    CHECK(event.attachment == 1);
    CHECK(event.role == Role::Subscriber);
    CHECK(event.pid == 4321);
    CHECK(event.uid == 1000);
}

TEST_CASE("region: activating twice is once") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestPublisher publisher{region};
    region.activate(publisher.id, ":1.1");
    CHECK(bus.announced() == "attached 1");
}

TEST_CASE("region: a segment is the member's to write until it activates, and never again") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const auto& attachment = region.attach(as(Role::Publisher), user(1000));
    const auto bytes = region.bytes_of(Role::Publisher);
    bus::base::admit_memfd(attachment.segment(), bytes, bus::base::Sealing::Size, "r");
    const bus::base::Mapping before{attachment.segment(), bytes, bus::base::Access::ReadWrite,
                                    bus::base::Populate::Lazily, "r"};
    region.activate(1, ":1.1");
    bus::base::admit_memfd(attachment.segment(), bytes, bus::base::Sealing::FutureWrites, "r");
    CHECK(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, attachment.segment(), 0) ==
          MAP_FAILED);
}

TEST_CASE("region: nobody can write the roster through its handle") {
    TestRegistry bus;
    const auto& region = bus.create("r");
    CHECK(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, region.roster(), 0) ==
          MAP_FAILED);
}

TEST_CASE("region: numbers are never used twice") {
    TestRegistry bus;
    auto& region = bus.create("r");
    TestSubscriber first{region};
    first.detach();
    const TestSubscriber second{region};
    CHECK(second.id == first.id + 1);
}

TEST_CASE("region: a subscriber that detaches is gone from the roster at once") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestRoster roster{region};
    TestSubscriber subscriber{region};
    subscriber.detach();
    CHECK(roster.entry(4) == "free");
    CHECK(roster.reader.change() == 2);
    CHECK(bus.announced() == "attached 1 detached 1");
    CHECK(region.attachments() == 0);
}

TEST_CASE("region: one that never activated leaves unannounced") {
    TestRegistry bus;
    auto& region = bus.create("r");
    (void)region.attach(as(Role::Publisher), user(1000));
    region.detach(1, ":1.1");
    CHECK(bus.announced() == "");
    CHECK(region.attachments() == 0);
}

TEST_CASE("region: who has no right is refused by name") {
    TestRegistry bus;
    auto options = TestRegistry::small();
    auto& region = bus.create("r", options, 0644);
    const auto refused = refusal([&] { (void)region.attach(as(Role::Publisher), user(1001)); });
    CHECK(refused.code == Errc::AccessDenied);
    CHECK(refused.text == "r: " + user_text(1001) + " may not publish");
    CHECK_FALSE(refusal([&] { (void)region.attach(as(Role::Subscriber), user(1001)); }).code);
}

TEST_CASE("region: a payload type that differs is refused with both") {
    TestRegistry bus;
    auto options = TestRegistry::small();
    options.type = "Pose";
    auto& region = bus.create("r", options);
    auto request = as(Role::Subscriber);
    request.type = "Twist";
    const auto refused = refusal([&] { (void)region.attach(request, user(1000)); });
    CHECK(refused.code == Errc::TypeMismatch);
    CHECK(refused.text == "r: the topic's type is \"Pose\", not \"Twist\"");
}

TEST_CASE("region: the empty type is any type, on either side") {
    TestRegistry bus;
    auto options = TestRegistry::small();
    options.type = "Pose";
    auto& typed = bus.create("typed", options);
    auto& untyped = bus.create("untyped");
    auto request = as(Role::Subscriber);
    CHECK_FALSE(refusal([&] { (void)typed.attach(request, user(1000)); }).code);
    request.type = "Pose";
    CHECK_FALSE(refusal([&] { (void)typed.attach(request, user(1000)); }).code);
    CHECK_FALSE(refusal([&] { (void)untyped.attach(request, user(1000)); }).code);
}

TEST_CASE("region: a type larger than the topic's payload is refused") {
    TestRegistry bus;
    auto& region = bus.create("r");
    auto request = as(Role::Subscriber);
    request.size = 9;
    const auto refused = refusal([&] { (void)region.attach(request, user(1000)); });
    CHECK(refused.code == Errc::TypeMismatch);
    CHECK(refused.text == "r: the topic takes payloads of up to 8 bytes, the type has 9");
}

TEST_CASE("region: a publisher or subscriber too many is refused, and fits when one has left") {
    TestRegistry bus;
    auto& region = bus.create("r");
    for (const auto role : {Role::Publisher, Role::Subscriber}) {
        const auto first = region.attach(as(role), user(1000)).id();
        (void)region.attach(as(role), user(1000));
        const auto refused = refusal([&] { (void)region.attach(as(role), user(1000)); });
        CHECK(refused.code == Errc::LimitsExceeded);
        CHECK(refused.text.starts_with("r: it has room for 2 "));
        region.detach(first, ":1.1");
        CHECK_FALSE(refusal([&] { (void)region.attach(as(role), user(1000)); }).code);
    }
}

TEST_CASE("region: another client's attachment cannot be used") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestPublisher publisher{region, ":1.1"};
    const TestSubscriber subscriber{region, ":1.2"};
    const auto refused = [&](const std::function<void()>& call) {
        return refusal(call).code == Errc::NoSuchAttachment;
    };
    CHECK(refused([&] { region.activate(publisher.id, ":1.2"); }));
    CHECK(refused([&] { region.detach(publisher.id, ":1.2"); }));
    CHECK(
        refused([&] { (void)region.open_peer(publisher.id, subscriber.id, user(1000, ":1.2")); }));
    CHECK(refused([&] { (void)region.report_stall(publisher.id, subscriber.id, ":1.2", Time{}); }));
    CHECK(refused([&] { region.detach(99, ":1.1"); }));
}

TEST_CASE("region: a peer of the other role is opened, its semaphore too") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestPublisher publisher{region, ":1.1"};
    const TestSubscriber subscriber{region, ":1.2"};
    const auto& opened = region.open_peer(publisher.id, subscriber.id, publisher.who());
    CHECK(opened.id() == subscriber.id);
    CHECK_FALSE(opened.semaphore().empty());
    const auto& other = region.open_peer(subscriber.id, publisher.id, subscriber.who());
    CHECK(other.id() == publisher.id);
}

TEST_CASE("region: no peer is one's own role, oneself, not yet active, or nobody") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestPublisher one{region, ":1.1"};
    const TestPublisher two{region, ":1.1"};
    const auto waiting = region.attach(as(Role::Subscriber), user(1000)).id();
    for (const auto peer : {one.id, two.id, waiting, std::uint64_t{99}}) {
        CAPTURE(peer);
        CHECK(refusal([&] { (void)region.open_peer(one.id, peer, one.who()); }).code ==
              Errc::NoSuchAttachment);
    }
    const TestSubscriber active{region, ":1.1"};
    CHECK(refusal([&] { (void)region.open_peer(waiting, one.id, one.who()); }).code ==
          Errc::NoSuchAttachment);
}

TEST_CASE("region: with an eventfd there is no semaphore, and a sleeper is posted through it") {
    TestRegistry bus;
    auto& region = bus.create("r");
    TestSubscriber subscriber{region, ":1.2", WakerKind::EventFd};
    CHECK(bus.semaphores().empty());
    pollfd polled{.fd = subscriber.attachment->event(), .events = POLLIN, .revents = 0};
    REQUIRE(polled.fd >= 0);
    CHECK(::poll(&polled, 1, 0) == 0);
    subscriber.sleep().epoch = 1;
    const TestPublisher publisher{region};
    CHECK(::poll(&polled, 1, 0) == 1);
}

TEST_CASE("region: a sleeper is woken when somebody leaves") {
    TestRegistry bus;
    auto& region = bus.create("r");
    TestPublisher publisher{region};
    TestSubscriber subscriber{region};
    bus::base::Semaphore semaphore{subscriber.attachment->semaphore()};
    subscriber.sleep().epoch = 1;
    CHECK_FALSE(semaphore.wait_for(std::chrono::nanoseconds{0}));
    publisher.detach();
    CHECK(semaphore.wait_for(std::chrono::nanoseconds{0}));
}

TEST_CASE("region: removal is seen in the roster and wakes sleepers") {
    TestRegistry bus;
    auto& region = bus.create("r");
    const TestRoster roster{region};
    TestSubscriber subscriber{region};
    bus::base::Semaphore semaphore{subscriber.attachment->semaphore()};
    subscriber.sleep().epoch = 1;
    bus.registry.remove("r");
    CHECK(roster.reader.removed());
    CHECK(semaphore.wait_for(std::chrono::nanoseconds{0}));
}

TEST_CASE("region: a change of access holds for those who come, and is kept in the roster") {
    TestRegistry test;
    auto& region = test.create("r");
    const TestSubscriber early{region};
    AccessRule rule{.owner = 1000, .group = 7, .mode = 0600, .users = {{1001, bus::Rights::Write}}};
    region.set_access(rule, Billing::WithinQuota);
    JoinRequest request;
    request.role = Role::Subscriber;
    CHECK(refusal([&] { (void)region.attach(request, user(1001)); }).code == Errc::AccessDenied);
    request.role = Role::Publisher;
    CHECK_FALSE(refusal([&] { (void)region.attach(request, user(1001)); }).code);
    CHECK(region.count_active(Role::Subscriber) == 1);
    CHECK(region.info().mode == 0600);
    const bus::base::Mapping roster{region.roster(), region.geometry().roster_bytes(),
                                    bus::base::Access::ReadOnly, bus::base::Populate::Lazily, "r"};
    const auto& header = *reinterpret_cast<const bus::abi::RosterHeader*>(roster.data());
    CHECK(rule_from(header.record) == rule);
}

}  // namespace
}  // namespace shmbusd
