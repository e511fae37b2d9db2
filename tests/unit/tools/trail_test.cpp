#include "trail.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using ctl::Signs;
using ctl::Trail;

namespace {

Trail::Time second(int count) { return Trail::Time{std::chrono::seconds{count}}; }

}  // namespace

TEST_CASE("trail: the minute is parted evenly, the newest last, with the largest of each part") {
    Trail trail;
    trail.add(second(95), 1);
    trail.add(second(115), 2);
    trail.add(second(118), 5);
    trail.add(second(120), 3);
    CHECK(trail.parts(second(120), 6) == std::vector<double>{-1, -1, -1, 1, -1, 5});
    CHECK(trail.largest() == 5);
}

TEST_CASE("trail: what is older than a minute is forgotten") {
    Trail trail;
    trail.add(second(100), 9);
    trail.add(second(160), 1);
    CHECK(trail.largest() == 1);
    CHECK(trail.parts(second(160), 2) == std::vector<double>{-1, 1});
    CHECK(trail.parts(second(160), 0).empty());
}

TEST_CASE("sparkline: heights are beside the largest, and nothing is where nothing was") {
    CHECK(ctl::sparkline({-1, 0, 4, 8}, Signs::Blocks) == " ▁▅█");
    CHECK(ctl::sparkline({-1, 0, 4, 8}, Signs::Ascii) == " _=#");
    CHECK(ctl::sparkline({0, 0}, Signs::Ascii) == "__");
    CHECK(ctl::sparkline({}, Signs::Ascii) == "");
}

TEST_CASE("bar: it is filled from the left, and what is not nothing shows") {
    CHECK(ctl::bar(0, 4, Signs::Ascii) == "....");
    CHECK(ctl::bar(0.5, 4, Signs::Ascii) == "##..");
    CHECK(ctl::bar(0.01, 4, Signs::Ascii) == "#...");
    CHECK(ctl::bar(7, 4, Signs::Ascii) == "####");
    CHECK(ctl::bar(0.25, 2, Signs::Blocks) == "▌·");
    CHECK(ctl::bar(1, 2, Signs::Blocks) == "██");
}
