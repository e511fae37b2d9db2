// Medians and percentiles of repeated measurements, and the clock that times them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <time.h>

namespace bench {

// The value below which `share` (0 to 1) of the values lie. Requires: at least one value.
[[nodiscard]] inline double percentile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    const auto last = static_cast<double>(values.size() - 1);
    return values[static_cast<std::size_t>(std::lround(share * last))];
}

// Requires: at least one value.
[[nodiscard]] inline double median(const std::vector<double>& values) {
    return percentile(values, 0.5);
}

// Nanoseconds that both processes count from the same moment.
[[nodiscard]] inline double now() noexcept {
    ::timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

}  // namespace bench
