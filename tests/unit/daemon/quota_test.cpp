#include "daemon/quota.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "daemon/accounts.hpp"
#include "registry_fixture.hpp"

namespace shmbusd {
namespace {

using bus::Errc;
using bus::Resources;

constexpr uid_t alice = 4'000'000'001;
constexpr uid_t bob = 4'000'000'002;

const QuotaRules small{.everyone = {.regions = 2, .attachments = 3, .bytes = 1000},
                       .exceptions = {}};

TEST_CASE("quota: a user has up to the limit and no more") {
    Quotas quotas{small};
    const auto first = quotas.charge(alice, {.regions = 1});
    const auto second = quotas.charge(alice, {.regions = 1});
    const auto refused = refusal([&] { (void)quotas.charge(alice, {.regions = 1}); });
    CHECK(refused.code == Errc::LimitsExceeded);
    CHECK(refused.text == "user 4000000001: has 2 of 2 regions");
}

TEST_CASE("quota: each limit is named") {
    Quotas quotas{small};
    const auto charge = quotas.charge(alice, {.attachments = 3, .bytes = 900});
    CHECK(refusal([&] { (void)quotas.charge(alice, {.attachments = 1}); }).text ==
          "user 4000000001: has 3 of 3 attachments");
    CHECK(refusal([&] { (void)quotas.charge(alice, {.bytes = 101}); }).text ==
          "user 4000000001: has 900 of 1000 bytes, and asks for 101 more");
    CHECK_NOTHROW((void)quotas.charge(alice, {.bytes = 100}));
}

TEST_CASE("quota: what is refused counts nothing") {
    Quotas quotas{small};
    CHECK(refusal([&] { (void)quotas.charge(alice, {.regions = 1, .bytes = 1001}); }).code ==
          Errc::LimitsExceeded);
    CHECK(quotas.line(alice).used == Resources{});
}

TEST_CASE("quota: what is given back can be had again") {
    Quotas quotas{small};
    {
        const auto charge = quotas.charge(alice, {.regions = 2});
        CHECK(quotas.line(alice).used.regions == 2);
    }
    CHECK_NOTHROW((void)quotas.charge(alice, {.regions = 2}));
}

TEST_CASE("quota: one user at the limit is no other's concern") {
    Quotas quotas{small};
    const auto all = quotas.charge(alice, {.regions = 2, .attachments = 3, .bytes = 1000});
    CHECK_NOTHROW((void)quotas.charge(bob, {.regions = 2, .attachments = 3, .bytes = 1000}));
}

TEST_CASE("quota: an exception holds for its user, and what it leaves open is as for everyone") {
    auto rules = small;
    rules.exceptions[alice] = {.regions = 5, .attachments = {}, .bytes = {}};
    const Quotas quotas{rules};
    CHECK(quotas.line(alice).limits == Resources{5, 3, 1000});
    CHECK(quotas.line(bob).limits == Resources{2, 3, 1000});
}

TEST_CASE("quota: a limit of nothing lets nothing through") {
    auto rules = small;
    rules.exceptions[alice] = {.regions = 0, .attachments = {}, .bytes = {}};
    Quotas quotas{rules};
    CHECK(refusal([&] { (void)quotas.charge(alice, {.regions = 1}); }).text ==
          "user 4000000001: has 0 of 0 regions");
}

TEST_CASE("quota: root has none") {
    Quotas quotas{small};
    const auto much = quotas.charge(0, {.regions = 1000, .attachments = 1000, .bytes = 1 << 30});
    CHECK(quotas.line(0).limits.bytes == bus::unlimited);
}

TEST_CASE("quota: a lowered limit takes nothing away, and lets nothing more through") {
    Quotas quotas{small};
    const auto charge = quotas.charge(alice, {.regions = 2});
    quotas.set_rules(
        {.everyone = {.regions = 1, .attachments = 3, .bytes = 1000}, .exceptions = {}});
    CHECK(refusal([&] { (void)quotas.charge(alice, {.regions = 1}); }).text ==
          "user 4000000001: has 2 of 1 regions");
    CHECK_NOTHROW((void)quotas.charge(alice, {.attachments = 1}));
}

TEST_CASE("quota: what is there already counts, whatever the limit") {
    Quotas quotas{small};
    const auto charge = quotas.take_up(alice, {.regions = 10});
    CHECK(quotas.line(alice).used.regions == 10);
    CHECK(refusal([&] { (void)quotas.charge(alice, {.regions = 1}); }).code ==
          Errc::LimitsExceeded);
}

TEST_CASE("quota: the largest number that can be asked for is refused, not wrapped around") {
    Quotas quotas{small};
    const auto charge = quotas.charge(alice, {.bytes = 1});
    CHECK(refusal([&] { (void)quotas.charge(alice, {.bytes = bus::unlimited}); }).code ==
          Errc::LimitsExceeded);
}

TEST_CASE("quota: the lines are of those who have something") {
    Quotas quotas{small};
    const auto one = quotas.charge(bob, {.regions = 1});
    const auto two = quotas.charge(alice, {.attachments = 1});
    { const auto gone = quotas.charge(7, {.regions = 1}); }
    const auto lines = quotas.lines();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].user == alice);
    CHECK(lines[0].used == Resources{.attachments = 1});
    CHECK(lines[1].user == bob);
}

TEST_CASE("quota: a region is its owner's, a segment its client's") {
    TestRegistry bus;
    auto& region = bus.create("a");  // of user 1000
    const auto& quotas = bus.registry.quotas();
    CHECK(quotas.line(1000).used == Resources{.regions = 1, .attachments = 0, .bytes = 4096});
    JoinRequest request;
    request.role = bus::Role::Publisher;
    const auto id = bus.registry.attach(region, request, user(bob)).id();
    CHECK(quotas.line(1000).used.attachments == 0);
    CHECK(quotas.line(bob).used ==
          Resources{.attachments = 1, .bytes = region.bytes_of(bus::Role::Publisher)});
    region.detach(id, user(bob).peer);
    CHECK(quotas.line(bob).used == Resources{});
    bus.registry.remove("a");
    CHECK(quotas.line(1000).used == Resources{});
}

TEST_CASE("quota: a user at its limit creates and joins no more, and another goes on") {
    TestRegistry bus;
    bus.registry.set_rules({.quotas = {.everyone = {1, 1, 1 << 20}, .exceptions = {}}});
    auto& region = bus.create("a");
    CHECK(refusal([&] { bus.create("b"); }).text == user_text(1000) + ": has 1 of 1 regions");
    CHECK(bus.registry.usage().regions == 1);
    JoinRequest request;
    request.role = bus::Role::Subscriber;
    (void)bus.registry.attach(region, request, user(1000));
    CHECK(refusal([&] { (void)bus.registry.attach(region, request, user(1000)); }).text ==
          user_text(1000) + ": has 1 of 1 attachments");
    CHECK(bus.registry.usage().attachments == 1);
    CHECK_FALSE(refusal([&] { (void)bus.registry.attach(region, request, user(bob)); }).code);
    CHECK_FALSE(refusal([&] {
                    bus.registry.create("b", TestRegistry::small(), {.mode = 0666}, user(bob));
                }).code);
}

TEST_CASE("quota: a client that dies gives back what it had") {
    TestRegistry bus;
    auto& region = bus.create("a");
    TestSubscriber subscriber{region};
    CHECK(bus.registry.quotas().line(1000).used.attachments == 1);
    subscriber.die();
    CHECK(bus.registry.quotas().line(1000).used.attachments == 0);
}

TEST_CASE("quota: a region that is given away is counted for its new owner") {
    TestRegistry bus;
    bus.registry.set_rules({.quotas = {.everyone = {1, 1, 1 << 20}, .exceptions = {}}});
    auto& region = bus.create("a");
    const auto& quotas = bus.registry.quotas();
    const auto given = [&](uid_t owner) {
        auto rule = region.access();
        rule.owner = owner;
        return rule;
    };
    region.set_access(given(bob), Billing::WithinQuota);
    CHECK(quotas.line(1000).used == Resources{});
    CHECK(quotas.line(bob).used.regions == 1);
    bus.create("b");
    CHECK(refusal([&] { region.set_access(given(1000), Billing::WithinQuota); }).code ==
          Errc::LimitsExceeded);
    CHECK(region.access().owner == bob);
    CHECK(quotas.line(bob).used.regions == 1);
    region.set_access(given(1000), Billing::Always);
    CHECK(quotas.line(1000).used.regions == 2);
}

}  // namespace
}  // namespace shmbusd
