#include "bench/statistics.hpp"

#include <doctest/doctest.h>

TEST_CASE("statistics: a median is the middle of the values, in whatever order they came") {
    CHECK(bench::median({5, 1, 3}) == 3);
    CHECK(bench::median({7}) == 7);
}

TEST_CASE("statistics: a percentile is the value below which that share lies") {
    std::vector<double> values;
    for (int i = 1000; i >= 0; --i) values.push_back(i);
    CHECK(bench::percentile(values, 0) == 0);
    CHECK(bench::percentile(values, 0.5) == 500);
    CHECK(bench::percentile(values, 0.99) == 990);
    CHECK(bench::percentile(values, 0.999) == 999);
    CHECK(bench::percentile(values, 1) == 1000);
}
