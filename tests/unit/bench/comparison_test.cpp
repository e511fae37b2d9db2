#include "bench/comparison.hpp"

#include <algorithm>
#include <iterator>

#include <doctest/doctest.h>

using namespace bench;

namespace {

std::vector<Transport> two() {
    Transport all;
    all.name = "all sizes";
    all.refusal = refuses_nothing;
    Transport small = all;
    small.name = "small ones";
    small.refusal = [](std::size_t size) { return std::string{size > 2048 ? "too large" : ""}; };
    return {all, small};
}

}  // namespace

TEST_CASE("comparison: each transport has a set-up, and a row and its calls at each size") {
    const auto transports = two();
    const auto items = items_of(transports, "all sizes");
    CHECK(items.size() == 1 + 2 * std::size(compared_sizes));
    CHECK(items.front().name() == "all sizes set-up");
    CHECK(std::any_of(items.begin(), items.end(),
                      [](const Item& item) { return item.name() == "all sizes 16 KiB calls"; }));
}

TEST_CASE("comparison: a glob chooses transports or rows") {
    const auto transports = two();
    CHECK(items_of(transports, "* 32 B").size() == 2);
    CHECK(items_of(transports, "all sizes 32 B").size() == 1);
    CHECK(items_of(transports, "nothing").empty());
}

TEST_CASE("comparison: what can carry nothing here is not set up") {
    auto transports = two();
    transports.front().refusal = [](std::size_t) { return std::string{"not here"}; };
    CHECK(items_of(transports, "all sizes").empty());
    CHECK(refusals_of(transports, "all sizes").size() == std::size(compared_sizes));
}

TEST_CASE("comparison: what a transport cannot carry is not measured, and why is told") {
    const auto transports = two();
    CHECK(items_of(transports, "small ones 16 KiB").empty());
    const auto refusals = refusals_of(transports, "*");
    CHECK(refusals.size() == 4);
    CHECK(refusals.front().transport == "small ones");
    CHECK(refusals.front().size == 16384);
    CHECK(refusals.front().note == "too large");
}
