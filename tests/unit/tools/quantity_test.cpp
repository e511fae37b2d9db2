#include "quantity.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "fault.hpp"

using namespace std::chrono_literals;

namespace {

std::uint64_t size_of(std::string_view text) { return ctl::parse_size("--size", text); }
std::chrono::nanoseconds time_of(std::string_view text) { return ctl::parse_time("--t", text); }

}  // namespace

TEST_CASE("size: a bare number is bytes, suffixes are powers of 1024") {
    CHECK(size_of("0") == 0);
    CHECK(size_of("77") == 77);
    CHECK(size_of("77B") == 77);
    for (const auto* text : {"3K", "3k", "3KB", "3KiB"}) CHECK(size_of(text) == 3072);
    for (const auto* text : {"3M", "3MB", "3MiB"}) CHECK(size_of(text) == 3 << 20);
    for (const auto* text : {"3G", "3GB", "3GiB"}) CHECK(size_of(text) == std::uint64_t{3} << 30);
}

TEST_CASE("size: a fraction must come to whole bytes") {
    CHECK(size_of("1.5K") == 1536);
    CHECK(size_of("0.25M") == 262144);
    CHECK(fault_of([] { return size_of("0.3K"); }) == "--size=0.3K: not a whole number of bytes");
    CHECK(fault_of([] { return size_of("1."); }) == "--size=1.: no digit follows the point");
}

TEST_CASE("size: takes up to 64 bits and no more") {
    CHECK(size_of("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
    CHECK(fault_of([] { return size_of("18446744073709551616"); }) ==
          "--size=18446744073709551616: too large");
    CHECK(fault_of([] { return size_of("17179869184G"); }) == "--size=17179869184G: too large");
}

TEST_CASE("size: garbage is named") {
    CHECK(fault_of([] { return size_of("-5"); }) == "--size=-5: must not be negative");
    CHECK(fault_of([] { return size_of("12Q"); }) ==
          "--size=12Q: \"Q\" is no unit; use B, K, M or G");
    for (const auto* text : {"", "K", "+5", " 5", "x5", ".5"})
        CHECK(fault_of([=] { return size_of(text); }) ==
              std::string{"--size="} + text + ": not a number; write bytes, or 64K, 1M, 2G");
    CHECK(fault_of([] { return size_of("5 K"); }).find("is no unit") != std::string::npos);
}

TEST_CASE("time: a bare number is seconds, units are exact") {
    CHECK(time_of("2") == 2s);
    CHECK(time_of("2s") == 2s);
    CHECK(time_of("20us") == 20us);
    CHECK(time_of("7ns") == 7ns);
    CHECK(time_of("1.5ms") == 1500us);
    CHECK(time_of("3min") == 3min);
    CHECK(time_of("2h") == 2h);
    CHECK(time_of("0") == 0ns);
}

TEST_CASE("time: garbage is named") {
    CHECK(fault_of([] { return time_of("5m"); }) ==
          "--t=5m: \"m\" is no unit; use ns, us, ms, s, min or h");
    CHECK(fault_of([] { return time_of("9223372037"); }) == "--t=9223372037: too large");
    CHECK(fault_of([] { return time_of("0.5ns"); }) ==
          "--t=0.5ns: not a whole number of nanoseconds");
}

TEST_CASE("count: whole numbers within bounds") {
    CHECK(ctl::parse_count("--n", "0") == 0);
    CHECK(ctl::parse_count32("--n", "4294967295") == 4294967295U);
    CHECK(fault_of([] { return ctl::parse_count("--n", "0", 1); }) == "--n=0: must be at least 1");
    CHECK(fault_of([] { return ctl::parse_count32("--n", "4294967296"); }) ==
          "--n=4294967296: too large");
    for (const auto* text : {"", "1.5", "x", "1K"})
        CHECK(fault_of([=] { return ctl::parse_count("--n", text); }) ==
              std::string{"--n="} + text + ": not a whole number");
}

TEST_CASE("rate: positive, with or without a fraction") {
    CHECK(ctl::parse_rate("--rate", "30") == 30);
    CHECK(ctl::parse_rate("--rate", "0.5") == 0.5);
    CHECK(fault_of([] { return ctl::parse_rate("--rate", "0"); }) ==
          "--rate=0: must be more than 0");
    for (const auto* text : {"", "x", "nan", "inf", "1x"})
        CHECK(fault_of([=] { return ctl::parse_rate("--rate", text); }) ==
              std::string{"--rate="} + text + ": not a number");
}

TEST_CASE("mode: permission bits in octal") {
    CHECK(ctl::parse_mode("--mode", "0640") == 0640);
    CHECK(ctl::parse_mode("--mode", "7") == 07);
    for (const auto* text : {"", "888", "1000", "rw", "-1"})
        CHECK(fault_of([=] { return ctl::parse_mode("--mode", text); }) ==
              std::string{"--mode="} + text + ": not permission bits in octal, 0 to 0777");
}

TEST_CASE("size: shown with a fraction only where there is one") {
    CHECK(ctl::format_size(0) == "0B");
    CHECK(ctl::format_size(1023) == "1023B");
    CHECK(ctl::format_size(1024) == "1K");
    CHECK(ctl::format_size(1536) == "1.5K");
    CHECK(ctl::format_size(std::uint64_t{8} << 20) == "8M");
    CHECK(ctl::format_size(std::numeric_limits<std::uint64_t>::max()) == "16777216.0T");
}

TEST_CASE("time: shown in the largest unit that keeps it at one or more") {
    CHECK(ctl::format_time(999ns) == "999ns");
    CHECK(ctl::format_time(20us) == "20us");
    CHECK(ctl::format_time(1500us) == "1.5ms");
    CHECK(ctl::format_time(2s) == "2s");
}

TEST_CASE("decimal: three digits and a power of 1000") {
    CHECK(ctl::format_decimal(0) == "0 ");
    CHECK(ctl::format_decimal(999) == "999 ");
    CHECK(ctl::format_decimal(999.7) == "1.00 k");
    CHECK(ctl::format_decimal(1234) == "1.23 k");
    CHECK(ctl::format_decimal(12345) == "12.3 k");
    CHECK(ctl::format_decimal(123456) == "123 k");
    CHECK(ctl::format_decimal(6.4e9) == "6.40 G");
}
