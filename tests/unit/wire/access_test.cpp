#include "wire/access.hpp"

#include <cstdint>
#include <functional>
#include <string>

#include <doctest/doctest.h>

#include <bus/error.hpp>

namespace bus::wire {
namespace {

std::string refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        CHECK(error.errc() == Errc::InvalidArgument);
        return error.what();
    }
    return "";
}

std::string change_refusal(const std::string& key, const sdbus::Variant& value) {
    return refusal([&] { (void)access_change_from({{key, value}}); });
}

sdbus::Variant named(const NamedBits& bits) { return sdbus::Variant{bits}; }

TEST_CASE("access: a change arrives as it was sent") {
    const AccessChange change{.owner = "alice",
                              .group = "7",
                              .mode = 0640,
                              .users = NamedRights{{"bob", Rights::Read}, {"8", Rights::None}},
                              .groups = NamedRights{}};
    const auto arrived = access_change_from(dictionary_from(change));
    CHECK(arrived.owner == change.owner);
    CHECK(arrived.group == change.group);
    CHECK(arrived.mode == change.mode);
    CHECK(arrived.users == change.users);
    CHECK(arrived.groups == change.groups);
}

TEST_CASE("access: what is not set is not sent") {
    CHECK(dictionary_from(AccessChange{}).empty());
    const auto nothing = access_change_from({});
    CHECK_FALSE(nothing.owner);
    CHECK_FALSE(nothing.users);
}

TEST_CASE("access: users and groups are names or numbers of any integer type") {
    CHECK(access_change_from({{"owner", sdbus::Variant{std::string{"alice"}}}}).owner == "alice");
    CHECK(access_change_from({{"owner", sdbus::Variant{std::uint32_t{7}}}}).owner == "7");
    CHECK(access_change_from({{"group", sdbus::Variant{std::int64_t{7}}}}).group == "7");
}

TEST_CASE("access: what will not do is refused by its key") {
    CHECK(change_refusal("colour", named({})) == "colour: access has no such part");
    CHECK(change_refusal("owner", named({})) ==
          "owner: its D-Bus type is \"a{su}\", not an integer");
    CHECK(change_refusal("mode", sdbus::Variant{std::uint32_t{01000}}) ==
          "mode: it has bits beyond 0777");
    CHECK(change_refusal("mode", sdbus::Variant{std::string{"rw"}}) ==
          "mode: its D-Bus type is \"s\", not an integer");
    CHECK(change_refusal("users", sdbus::Variant{std::string{"bob"}}) ==
          "users: its D-Bus type is \"s\", not \"a{su}\"");
    for (const std::uint32_t bits : {1U, 3U, 5U, 7U, 8U, 0xffff'ffffU}) {
        CAPTURE(bits);
        CHECK(change_refusal("groups", named({{"video", bits}})) ==
              "groups: " + std::to_string(bits) + " is not a sum of 4 (read) and 2 (write)");
    }
}

TEST_CASE("access: properties carry numbers and bits, and bits that are none are refused") {
    const std::map<std::uint32_t, Rights> rights{{7, Rights::Read}, {8, Rights::None}};
    CHECK(rights_from(bits_from(rights)) == rights);
    CHECK(refusal([] {
              (void)rights_from({{7, 1}});
          }) == "7: 1 is not a sum of 4 (read) and 2 (write)");
}

}  // namespace
}  // namespace bus::wire
