#include "bench/findings.hpp"

#include <doctest/doctest.h>

using namespace bench;

namespace {

Pass pass(double value, double before, double after) {
    Pass pass;
    pass.figure.value = value;
    pass.before = before;
    pass.after = after;
    pass.pair = before;
    return pass;
}

Result result(const Row& row, std::vector<Pass> passes) {
    return {.row = &row, .passes = std::move(passes), .disturbed = false};
}

}  // namespace

TEST_CASE("finding: near and far passes of a row are two findings") {
    const Row row{.name = "row"};
    const auto findings =
        findings_of({result(row, {pass(70, 60, 61), pass(72, 62, 60), pass(230, 210, 215)})});
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].distance == Distance::Near);
    CHECK(findings[0].passes == 2);
    CHECK(findings[0].low == 70);
    CHECK(findings[0].high == 72);
    CHECK(findings[1].distance == Distance::Far);
    CHECK(findings[1].value == 230);
}

TEST_CASE("finding: a pass counts only when the ping-pong before and after it agree") {
    CHECK(pass(70, 60, 61).counts());
    CHECK(pass(70, 60, 74).counts());
    CHECK_FALSE(pass(70, 60, 76).counts());
    CHECK_FALSE(pass(70, 220, 60).counts());
}

TEST_CASE("finding: parts that a figure has are told by their medians, others are not there") {
    const Row row{.name = "row"};
    auto one = pass(70, 60, 60);
    one.figure.p999 = 90;
    one.figure.rate = 10;
    auto two = one;
    two.figure.p999 = 110;
    auto three = one;
    three.figure.p999 = 100;
    const auto findings = findings_of({result(row, {one, two, three})});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].p999 == 100);
    CHECK(findings[0].rate == 10);
    CHECK_FALSE(findings[0].p99);
    CHECK_FALSE(findings[0].cpu);
}
