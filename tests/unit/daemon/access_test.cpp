#include "daemon/access.hpp"

#include <string>

#include <doctest/doctest.h>

#include "registry_fixture.hpp"
#include "shm/roster.hpp"

namespace shmbusd {
namespace {

Credentials caller(uid_t uid, std::vector<gid_t> groups) {
    return {.peer = ":1.1", .pid = 1, .uid = uid, .groups = std::move(groups)};
}

const Credentials root = caller(0, {0});
const Credentials owner = caller(1000, {1000, 50});
const Credentials member = caller(1001, {1001, 50});
const Credentials stranger = caller(1002, {1002});

// "rw", "r-", "-w" or "--".
std::string rights(mode_t mode, const Credentials& who) {
    const AccessRule rule{.owner = 1000, .group = 50, .mode = mode};
    return std::string{rule.allows(who, bus::Rights::Read) ? "r" : "-"} +
           (rule.allows(who, bus::Rights::Write) ? "w" : "-");
}

TEST_CASE("access: the owner has the owner's bits") {
    CHECK(rights(0600, owner) == "rw");
    CHECK(rights(0400, owner) == "r-");
    CHECK(rights(0200, owner) == "-w");
}

TEST_CASE("access: the owner has no other bits than the owner's") {
    CHECK(rights(0066, owner) == "--");
}

TEST_CASE("access: a member of the group has the group's bits and no others") {
    CHECK(rights(0660, member) == "rw");
    CHECK(rights(0640, member) == "r-");
    CHECK(rights(0620, member) == "-w");
    CHECK(rights(0606, member) == "--");
}

TEST_CASE("access: everyone else has the others' bits and no others") {
    CHECK(rights(0666, stranger) == "rw");
    CHECK(rights(0664, stranger) == "r-");
    CHECK(rights(0662, stranger) == "-w");
    CHECK(rights(0660, stranger) == "--");
}

TEST_CASE("access: root may everything") { CHECK(rights(0, root) == "rw"); }

TEST_CASE("access: execute bits give nothing") {
    CHECK(rights(0111, owner) == "--");
    CHECK(rights(0111, stranger) == "--");
}

TEST_CASE("access: root's group is a group like any other") {
    CHECK(rights(0600, caller(1003, {0})) == "--");
}

using bus::Rights;

// "rw", "r-", "-w" or "--", by the whole rule.
std::string rights(const AccessRule& rule, const Credentials& who) {
    return std::string{rule.allows(who, bus::Rights::Read) ? "r" : "-"} +
           (rule.allows(who, bus::Rights::Write) ? "w" : "-");
}

TEST_CASE("access: a named user has what is named, more or less than the group and others") {
    const AccessRule rule{.owner = 1000,
                          .group = 50,
                          .mode = 0660,
                          .users = {{1001, Rights::Read}, {1002, Rights::Write}}};
    CHECK(rights(rule, member) == "r-");
    CHECK(rights(rule, stranger) == "-w");
}

TEST_CASE("access: a user that is named with nothing may nothing") {
    const AccessRule rule{
        .owner = 1000, .group = 50, .mode = 0666, .users = {{1002, Rights::None}}};
    CHECK(rights(rule, stranger) == "--");
}

TEST_CASE("access: naming the owner changes nothing") {
    const AccessRule rule{
        .owner = 1000, .group = 50, .mode = 0400, .users = {{1000, Rights::Write}}};
    CHECK(rights(rule, owner) == "r-");
}

TEST_CASE("access: who is in several groups has what they have together") {
    const AccessRule rule{.owner = 1000,
                          .group = 50,
                          .mode = 0640,
                          .groups = {{60, Rights::Write}, {70, Rights::None}}};
    CHECK(rights(rule, caller(1003, {50})) == "r-");
    CHECK(rights(rule, caller(1003, {60})) == "-w");
    CHECK(rights(rule, caller(1003, {50, 60, 70})) == "rw");
}

TEST_CASE("access: who is in a group has nothing from others, also when the group has nothing") {
    const AccessRule rule{.owner = 1000, .group = 50, .mode = 0606, .groups = {{70, Rights::None}}};
    CHECK(rights(rule, caller(1003, {70})) == "--");
    CHECK(rights(rule, caller(1003, {50})) == "--");
    CHECK(rights(rule, caller(1003, {80})) == "rw");
}

TEST_CASE("access: a named user's groups do not count") {
    const AccessRule rule{
        .owner = 1000, .group = 50, .mode = 0660, .users = {{1001, Rights::None}}};
    CHECK(rights(rule, member) == "--");
}

TEST_CASE("access: a change leaves what it does not name") {
    const AccessRule rule{.owner = 1000,
                          .group = 50,
                          .mode = 0640,
                          .users = {{1001, Rights::Read}},
                          .groups = {{60, Rights::Write}}};
    CHECK(rule.with({}) == rule);
    CHECK(rule.with({.mode = 0600}).mode == 0600);
    CHECK(rule.with({.mode = 0600}).users == rule.users);
    CHECK(rule.with({.owner = "root"}).owner == 0);
    CHECK(rule.with({.group = "7"}).group == 7);
    CHECK(rule.with({.users = bus::NamedRights{}}).users.empty());
    CHECK(rule.with({.users = bus::NamedRights{}}).groups == rule.groups);
    CHECK(rule.with({.groups = bus::NamedRights{{"root", Rights::Read}}}).groups ==
          std::map<gid_t, Rights>{{0, Rights::Read}});
}

TEST_CASE("access: what cannot be is refused by name") {
    const AccessRule rule;
    const auto fault = [&](const bus::AccessChange& change) {
        const auto refused = refusal([&] { (void)rule.with(change); });
        CHECK(refused.code == bus::Errc::InvalidArgument);
        return refused.text;
    };
    CHECK(fault({.owner = "nosuch"}) == "\"nosuch\": there is no such user");
    CHECK(fault({.group = "nosuch"}) == "\"nosuch\": there is no such group");
    CHECK(fault({.users = bus::NamedRights{{"nosuch", Rights::Read}}}) ==
          "\"nosuch\": there is no such user");
    CHECK(fault({.users = bus::NamedRights{{"0", Rights::Read}, {"root", Rights::Read}}}) ==
          "root: it is named twice");
    CHECK(fault({.users = bus::NamedRights{{"7", Rights{1}}}}) ==
          "7: its rights are not of 4 (read) and 2 (write)");
    CHECK(fault({.mode = 01000}) == "mode: it has bits beyond 0777");
}

TEST_CASE("access: thirty-two are named together and no more") {
    bus::NamedRights users;
    for (int i = 1; i <= 31; ++i) users[std::to_string(i)] = Rights::Read;
    bus::AccessChange change{.users = users, .groups = bus::NamedRights{{"1", Rights::Read}}};
    CHECK_NOTHROW((void)AccessRule{}.with(change));
    change.groups->emplace("nosuch", Rights::Read);  // counted before anybody is looked up
    CHECK(refusal([&] { (void)AccessRule{}.with(change); }).text ==
          "users and groups: 33 are named, and 32 is the most");
}

TEST_CASE("access: a new region belongs to its creator, and by default to nobody else") {
    const auto rule = rule_of(caller(4'000'000'001, {4'000'000'001}), {});
    CHECK(rule.owner == 4'000'000'001);
    CHECK(rule.group == 4'000'000'001);
    CHECK(rule.mode == 0600);
}

TEST_CASE(
    "access: a new region's group is the creator's primary one, not the first that the bus names") {
    CHECK(rule_of(caller(0, {0, 27}), {}).group == 0);
    CHECK(rule_of(caller(4'000'000'001, {27, 50}), {}).group == 27);  // it has no account
    CHECK(rule_of(caller(4'000'000'001, {}), {}).group == static_cast<gid_t>(-1));
}

TEST_CASE("access: a new region gets the access that its options ask for") {
    bus::AccessChange options;
    options.mode = 0640;
    options.group = "root";
    options.users = {{"7", Rights::ReadWrite}};
    options.groups = {{"8", Rights::Read}};
    const auto rule = rule_of(stranger, options);
    CHECK(rule.owner == 1002);
    CHECK(rule.group == 0);
    CHECK(rule.mode == 0640);
    CHECK(rule.users == std::map<uid_t, Rights>{{7, Rights::ReadWrite}});
    CHECK(rule.groups == std::map<gid_t, Rights>{{8, Rights::Read}});
}

bus::abi::RegionRecord record_of(const AccessRule& rule) {
    const auto named = entries_of(rule);
    return bus::shm::make_record(
        "r", 1, {}, {.owner = rule.owner, .group = rule.group, .mode = rule.mode, .named = named},
        "");
}

TEST_CASE("access: a rule comes back from a region's record as it was") {
    const AccessRule rule{.owner = 1,
                          .group = 2,
                          .mode = 0640,
                          .users = {{3, Rights::Read}, {4, Rights::None}},
                          .groups = {{3, Rights::ReadWrite}}};
    CHECK(rule_from(record_of(rule)) == rule);
}

TEST_CASE("access: a record that holds no rule is refused") {
    const auto good = record_of({.users = {{3, Rights::Read}, {4, Rights::None}}});
    const auto refused = [&](auto spoil) {
        auto record = good;
        spoil(record);
        return refusal([&] { (void)rule_from(record); }).code == bus::Errc::BadSegment;
    };
    CHECK_FALSE(refused([](auto&) {}));
    CHECK(refused([](auto& record) { record.mode = 01000; }));
    CHECK(refused([](auto& record) { record.access_entries = 33; }));
    CHECK(refused([](auto& record) { record.access[0].bits = 1; }));
    CHECK(refused([](auto& record) { record.access[0].holder = 3; }));
    CHECK(refused([](auto& record) { record.access[0].id = record.access[1].id; }));
}

TEST_CASE("access: only the owner and root administer") {
    const AccessRule rule{.owner = 1000, .group = 50, .mode = 0666};
    CHECK(rule.may_administer(owner));
    CHECK(rule.may_administer(root));
    CHECK_FALSE(rule.may_administer(member));
    CHECK_FALSE(rule.may_administer(stranger));
}

}  // namespace
}  // namespace shmbusd
