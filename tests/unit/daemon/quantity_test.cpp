#include "daemon/quantity.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "registry_fixture.hpp"

namespace shmbusd {
namespace {

using namespace std::chrono_literals;

std::string fault(const std::function<void()>& parse) {
    const auto refused = refusal(parse);
    CHECK(refused.code == bus::Errc::InvalidArgument);
    return refused.text;
}

TEST_CASE("quantity: sizes take K, M, G and T") {
    CHECK(parse_size("1") == 1);
    CHECK(parse_size("1K") == 1024);
    CHECK(parse_size("1M") == 1048576);
    CHECK(parse_size("1G") == 1073741824);
    CHECK(parse_size("1T") == 1099511627776);
    CHECK(parse_size("18446744073709551615") == 18446744073709551615U);
}

TEST_CASE("quantity: what is no size is shown") {
    for (const std::string value : {"", "0", "-1", "x", "1X", "1KB", "1 K", "1.5", "+1",
                                    "18446744073709551616", "99999999999T"}) {
        CAPTURE(value);
        CHECK(fault([&] { (void)parse_size(value); }) ==
              "\"" + value + "\" is not a positive whole number (K, M, G, T)");
    }
    CHECK(parse_size("0", 0) == 0);
}

TEST_CASE("quantity: counts are of 32 bits") {
    CHECK(parse_count("0") == 0);
    CHECK(parse_count("4294967295") == 4294967295);
    for (const std::string value : {"", "4294967296", "-1", "1K", "x"}) {
        CAPTURE(value);
        CHECK(fault([&] { (void)parse_count(value); }) ==
              "\"" + value + "\" is not a whole number of 32 bits");
    }
}

TEST_CASE("quantity: times have a unit, or are seconds") {
    CHECK(parse_time("0") == 0ns);
    CHECK(parse_time("5") == 5s);
    CHECK(parse_time("5s") == 5s);
    CHECK(parse_time("7ms") == 7ms);
    CHECK(parse_time("7us") == 7us);
    CHECK(parse_time("7ns") == 7ns);
    CHECK(parse_time("2min") == 2min);
    CHECK(parse_time("2h") == 2h);
    for (const std::string value : {"", "s", "-1s", "5 s", "5x", "9999999999h", "1.5s"}) {
        CAPTURE(value);
        CHECK(fault([&] { (void)parse_time(value); }) ==
              "\"" + value + "\" is not a whole number of ns, us, ms, s, min or h");
    }
}

TEST_CASE("quantity: permission bits are octal") {
    CHECK(parse_mode("0640") == 0640);
    CHECK(parse_mode("777") == 0777);
    for (const std::string value : {"", "8", "1000", "rw", "0x1ff", "-1"}) {
        CAPTURE(value);
        CHECK(fault([&] { (void)parse_mode(value); }) ==
              "\"" + value + "\" is not an octal number from 0 to 0777");
    }
}

TEST_CASE("quantity: lists are parted by blanks and commas") {
    using Words = std::vector<std::string>;
    CHECK(parse_list("").empty());
    CHECK(parse_list(" , ").empty());
    CHECK(parse_list("a") == Words{"a"});
    CHECK(parse_list("a,b  c , d") == Words{"a", "b", "c", "d"});
}

}  // namespace
}  // namespace shmbusd
