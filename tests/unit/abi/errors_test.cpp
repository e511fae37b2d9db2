#include "abi/errors.hpp"

#include <algorithm>
#include <ostream>
#include <set>
#include <string>
#include <system_error>

#include <doctest/doctest.h>

#include <bus/error.hpp>

namespace bus::abi {
namespace {

// The enumerators run from NoBus to SystemError without a hole.
constexpr int first_code = static_cast<int>(Errc::NoBus);
constexpr int last_code = static_cast<int>(Errc::SystemError);

TEST_CASE("errors: every code has exactly one row") {
    CHECK(errors.size() == static_cast<std::size_t>(last_code - first_code + 1));
    for (int code = first_code; code <= last_code; ++code) {
        CAPTURE(code);
        CHECK(std::ranges::count(errors, static_cast<Errc>(code), &ErrorRow::code) == 1);
    }
}

TEST_CASE("errors: no two rows share a D-Bus name") {
    std::set<std::string_view> names;
    for (const auto& row : errors) names.insert(row.dbus_name);
    CHECK(names.size() == errors.size());
}

TEST_CASE("errors: every D-Bus name is in the interface's own namespace") {
    for (const auto& row : errors) CHECK(row.dbus_name.starts_with("org.shmbus1.Error."));
}

TEST_CASE("errors: every row has an errno and a sentence") {
    for (const auto& row : errors) {
        CAPTURE(row.dbus_name);
        CHECK(row.number > 0);
        CHECK_FALSE(row.sentence.empty());
    }
}

TEST_CASE("errors: a row is found by its code") {
    for (const auto& row : errors) CHECK(find_error(row.code) == &row);
}

TEST_CASE("errors: a row is found by its D-Bus name") {
    for (const auto& row : errors) CHECK(find_error(row.dbus_name) == &row);
}

TEST_CASE("errors: an unknown code or name has no row") {
    CHECK(find_error(static_cast<Errc>(0)) == nullptr);
    CHECK(find_error(static_cast<Errc>(last_code + 1)) == nullptr);
    CHECK(find_error("org.shmbus1.Error.Nonsense") == nullptr);
    CHECK(find_error("") == nullptr);
}

TEST_CASE("error: it carries its code, and its text as it is") {
    const Error error{Errc::NoSuchRegion, "a/b: no such region"};
    CHECK(error.errc() == Errc::NoSuchRegion);
    CHECK(std::string{error.what()} == "a/b: no such region");
}

TEST_CASE("error: its code compares equal to the row's errno") {
    for (const auto& row : errors) {
        CAPTURE(row.dbus_name);
        const Error error{row.code, "x"};
        CHECK(error.code() == std::error_condition{row.number, std::generic_category()});
        CHECK(error.code().message() == row.sentence);
    }
}

TEST_CASE("error: a code without a row has a message all the same") {
    const std::error_code unknown{last_code + 1, category()};
    CHECK(unknown.message() == "unknown error");
    CHECK(unknown.default_error_condition().category() == category());
}

}  // namespace
}  // namespace bus::abi
