#include "latency.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>

#include <doctest/doctest.h>

TEST_CASE("latency: knows nothing at first") {
    const ctl::Latency latency;
    CHECK(latency.count() == 0);
    CHECK(latency.quantile(0.5) == 0);
    CHECK(latency.max() == 0);
}

TEST_CASE("latency: small values are exact") {
    ctl::Latency latency;
    for (std::uint64_t value = 1; value <= 50; ++value) latency.note(value);
    CHECK(latency.quantile(0.5) == 25);
    CHECK(latency.quantile(0.99) == 50);
    CHECK(latency.quantile(0) == 1);
    CHECK(latency.quantile(1) == 50);
    CHECK(latency.max() == 50);
}

TEST_CASE("latency: quantiles are within one percent at any magnitude") {
    for (double value = 64; value < 1e18; value *= 1.37) {
        ctl::Latency latency;
        latency.note(static_cast<std::uint64_t>(value));
        latency.note(std::numeric_limits<std::uint64_t>::max());
        CHECK(std::abs(static_cast<double>(latency.quantile(0.5)) - value) <= value / 100);
    }
}

TEST_CASE("latency: no quantile exceeds the greatest value") {
    ctl::Latency latency;
    latency.note(1'000'000);
    CHECK(latency.quantile(0.99) <= 1'000'000);
    latency.note(std::numeric_limits<std::uint64_t>::max());
    CHECK(latency.max() == std::numeric_limits<std::uint64_t>::max());
    CHECK(latency.quantile(1) <= latency.max());
}
