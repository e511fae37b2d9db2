#include "daemon/access.hpp"

#include <string>

#include <doctest/doctest.h>

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
    return std::string{rule.allows(who, Right::Read) ? "r" : "-"} +
           (rule.allows(who, Right::Write) ? "w" : "-");
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

TEST_CASE("access: only the owner and root administer") {
    const AccessRule rule{.owner = 1000, .group = 50, .mode = 0666};
    CHECK(rule.may_administer(owner));
    CHECK(rule.may_administer(root));
    CHECK_FALSE(rule.may_administer(member));
    CHECK_FALSE(rule.may_administer(stranger));
}

}  // namespace
}  // namespace shmbusd
