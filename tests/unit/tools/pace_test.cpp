#include "pace.hpp"

#include <chrono>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using ctl::Pace;

namespace {

const Pace::time_point noon{std::chrono::hours{12}};

}  // namespace

TEST_CASE("pace: the first sample is due at once, the others a period apart") {
    Pace pace{4};
    CHECK(pace.next(noon) == noon);
    CHECK(pace.next(noon) == noon + 250ms);
    CHECK(pace.next(noon) == noon + 500ms);
}

TEST_CASE("pace: a little late does not move the schedule") {
    Pace pace{10};
    CHECK(pace.next(noon) == noon);
    CHECK(pace.next(noon + 350ms) == noon + 100ms);
    CHECK(pace.next(noon + 360ms) == noon + 200ms);
    CHECK(pace.next(noon + 370ms) == noon + 300ms);
    CHECK(pace.next(noon + 380ms) == noon + 400ms);
}

TEST_CASE("pace: more than a second late begins a new schedule instead of a burst") {
    Pace pace{10};
    CHECK(pace.next(noon) == noon);
    const auto later = noon + 5s;
    CHECK(pace.next(later) == later);
    CHECK(pace.next(later) == later + 100ms);
}

TEST_CASE("pace: a period that is no whole number of nanoseconds does not drift") {
    Pace pace{3};
    auto due = noon;
    for (int i = 0; i <= 3000; ++i) due = pace.next(due);
    CHECK(due == noon + 1000s);
}

TEST_CASE("pace: without a rate there is no schedule") { CHECK_FALSE(Pace{0}.scheduled()); }
