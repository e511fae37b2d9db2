#include "daemon/create_rules.hpp"

#include <string>

#include <doctest/doctest.h>

#include "registry_fixture.hpp"

namespace shmbusd {
namespace {

constexpr uid_t alice = 4'000'000'001;
constexpr uid_t bob = 4'000'000'002;

Credentials member_of(uid_t who, gid_t group) {
    auto caller = user(who);
    caller.groups.push_back(group);
    return caller;
}

bool may_create(const CreateRules& rules, const std::string& name, const Credentials& caller) {
    return !refusal([&] { rules.check(name, caller); }).code;
}

TEST_CASE("create rules: where there is none everyone may") {
    CHECK(may_create({}, "a", user(alice)));
}

TEST_CASE("create rules: a rule that names nobody lets root alone") {
    const CreateRules rules{{{"", {}}}};
    CHECK_FALSE(may_create(rules, "a", user(alice)));
    CHECK(may_create(rules, "a", user(0)));
}

TEST_CASE("create rules: users, groups and everyone are let") {
    const CreateRules rules{
        {{"u/", {.users = {alice}}}, {"g/", {.groups = {50}}}, {"e/", {.everyone = true}}}};
    CHECK(may_create(rules, "u/x", user(alice)));
    CHECK_FALSE(may_create(rules, "u/x", user(bob)));
    CHECK(may_create(rules, "g/x", member_of(bob, 50)));
    CHECK_FALSE(may_create(rules, "g/x", user(bob)));
    CHECK(may_create(rules, "e/x", user(bob)));
}

TEST_CASE("create rules: the longest prefix decides, whatever shorter ones say") {
    const CreateRules rules{{{"", {.everyone = true}},
                             {"camera/", {.users = {alice}}},
                             {"camera/b", {}},
                             {"camera/bob/", {.users = {bob}}}}};
    CHECK(may_create(rules, "lidar", user(bob)));
    CHECK(may_create(rules, "camera", user(bob)));
    CHECK(may_create(rules, "camera/front", user(alice)));
    CHECK_FALSE(may_create(rules, "camera/front", user(bob)));
    CHECK_FALSE(may_create(rules, "camera/back", user(alice)));
    CHECK(may_create(rules, "camera/bob/one", user(bob)));
    CHECK_FALSE(may_create(rules, "camera/bob/one", user(alice)));
}

TEST_CASE("create rules: a refusal names region, user and prefix") {
    const CreateRules rules{{{"", {}}, {"camera/", {}}}};
    const auto refused = refusal([&] { rules.check("camera/front", user(alice)); });
    CHECK(refused.code == bus::Errc::AccessDenied);
    CHECK(refused.text ==
          "camera/front: user 4000000001 may not create regions that begin with \"camera/\"");
    CHECK(refusal([&] { rules.check("front", user(alice)); }).text ==
          "front: user 4000000001 may not create regions of this name");
}

TEST_CASE("create rules: the registry keeps to them, and declared regions need not") {
    TestRegistry bus;
    bus.registry.set_rules({.create = {{{"", {.users = {1000}}}}}});
    bus.create("a");
    const auto refused =
        refusal([&] { bus.registry.create("b", TestRegistry::small(), {}, user(alice)); });
    CHECK(refused.code == bus::Errc::AccessDenied);
    CHECK_FALSE(bus.registry.contains("b"));
    bus.registry.declare({.file = "b.region",
                          .name = "b",
                          .shape = TestRegistry::small(),
                          .access = {.owner = alice}});
    CHECK(bus.registry.get("b").access().owner == alice);
}

}  // namespace
}  // namespace shmbusd
