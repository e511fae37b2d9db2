#include "daemon/accounts.hpp"

#include <string>

#include <doctest/doctest.h>

#include <bus/error.hpp>

#include "registry_fixture.hpp"

namespace shmbusd {
namespace {

constexpr uid_t nobody_has_this = 4'000'000'000;

TEST_CASE("accounts: a user and a group are found by name") {
    CHECK(user_id("root") == 0);
    CHECK(group_id("root") == 0);
    CHECK(primary_group(0) == gid_t{0});
}

TEST_CASE("accounts: a number needs no account") {
    CHECK(user_id("4000000000") == nobody_has_this);
    CHECK(group_id("4000000000") == nobody_has_this);
    CHECK_FALSE(primary_group(nobody_has_this));
}

TEST_CASE("accounts: what is unknown is named") {
    const auto user = refusal([] { (void)user_id("no-such-user"); });
    CHECK(user.code == bus::Errc::InvalidArgument);
    CHECK(user.text == "\"no-such-user\": there is no such user");
    const auto group = refusal([] { (void)group_id("no-such-group"); });
    CHECK(group.code == bus::Errc::InvalidArgument);
    CHECK(group.text == "\"no-such-group\": there is no such group");
}

TEST_CASE("accounts: what is no name at all is refused in one short line") {
    for (const std::string& name :
         {std::string{}, std::string{"-1"}, std::string{"4294967295"}, std::string{"4294967296"},
          std::string{"a\nb"}, std::string(10'000, 'x')}) {
        CAPTURE(name);
        const auto refused = refusal([&] { (void)user_id(name); });
        CHECK(refused.code == bus::Errc::InvalidArgument);
        CHECK(refused.text.find('\n') == std::string::npos);
        CHECK(refused.text.size() < 150);
    }
}

TEST_CASE("accounts: messages show name and number") {
    CHECK(user_text(0) == "user root (0)");
    CHECK(user_text(nobody_has_this) == "user 4000000000");
}

}  // namespace
}  // namespace shmbusd
