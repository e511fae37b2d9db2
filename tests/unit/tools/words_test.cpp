#include "words.hpp"

#include <doctest/doctest.h>

#include "fault.hpp"

TEST_CASE("words: every option's value is read as it is shown") {
    CHECK(ctl::parse_overflow(to_string(bus::Overflow::Overwrite)) == bus::Overflow::Overwrite);
    CHECK(ctl::parse_overflow("block") == bus::Overflow::Block);
    CHECK(ctl::parse_fence(to_string(bus::Fence::Asymmetric)) == bus::Fence::Asymmetric);
    CHECK(ctl::parse_fence("full") == bus::Fence::Full);
}

TEST_CASE("words: every kind is understood, and another is refused with those there are") {
    for (const auto kind : {bus::Kind::Topic, bus::Kind::Service, bus::Kind::Raw})
        CHECK(ctl::parse_kind(to_string(kind)) == kind);
    CHECK(fault_of([] { return ctl::parse_kind("pipe"); }) ==
          "--kind=pipe: must be topic, service or raw");
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
