#include "words.hpp"

#include <doctest/doctest.h>

#include "fault.hpp"

TEST_CASE("words: every option's value is read as it is shown") {
    CHECK(ctl::parse_overflow(to_string(bus::Overflow::Overwrite)) == bus::Overflow::Overwrite);
    CHECK(ctl::parse_overflow("block") == bus::Overflow::Block);
    CHECK(ctl::parse_fence(to_string(bus::Fence::Asymmetric)) == bus::Fence::Asymmetric);
    CHECK(ctl::parse_fence("full") == bus::Fence::Full);
    CHECK(ctl::parse_kind("topic") == bus::Kind::Topic);
}

TEST_CASE("words: kinds of later versions are refused as such") {
    for (const auto* kind : {"raw", "service"})
        CHECK(fault_of([=] { return ctl::parse_kind(kind); }) ==
              std::string{"--kind="} + kind + ": this version has only topics");
    CHECK(fault_of([] { return ctl::parse_kind("pipe"); }) ==
          "--kind=pipe: no such kind; this version has only topics");
}

TEST_CASE("words: an unknown one names those that would do") {
    CHECK(fault_of([] { return ctl::parse_overflow("drop"); }) ==
          "--overflow=drop: must be block or overwrite");
    CHECK(fault_of([] { return ctl::parse_fence(""); }) == "--fence=: must be asymmetric or full");
}

TEST_CASE("words: a number that this build does not know is not a crash") {
    CHECK(to_string(static_cast<bus::Kind>(99)) == "unknown");
    CHECK(to_string(static_cast<bus::State>(99)) == "unknown");
}
