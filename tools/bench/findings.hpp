// Makes findings of results: per row and distance the medians of its passes, and how they compare.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "row.hpp"

namespace bench {

// What a row came to at one distance.
struct Finding {
    const Row* row = nullptr;
    std::optional<Distance> distance;  // none: not bracketed
    bool disturbed = false;
    double value = 0;
    double low = 0;  // the least and the greatest value of a pass
    double high = 0;
    std::optional<double> p99;
    std::optional<double> p999;
    std::optional<double> rate;
    std::optional<double> cpu;
    std::optional<double> ratio;     // to the bare limit: time to time, also for rates
    std::optional<double> to_pair;   // to the pair of lines
    std::optional<double> to_plain;  // to the plain row at the same distance, or in the same passes
    double bare = 0;                 // nanoseconds
    double pair = 0;
    std::size_t passes = 0;
    std::uint64_t allocations = 0;
    std::uint64_t faults = 0;
    std::string note;

    struct Verdict {
        Limit limit;
        bool kept;
    };
    std::optional<Verdict> verdict;
};

// "near"
[[nodiscard]] const char* name_of(Distance distance) noexcept;

[[nodiscard]] std::vector<Finding> findings_of(const std::vector<Result>& results);

}  // namespace bench
