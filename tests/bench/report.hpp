// Tells the results: a table for people, JSON for programs.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "row.hpp"

namespace bench {

// What a row came to at one distance.
struct Finding {
    const Row* row = nullptr;
    std::optional<Distance> distance;  // none: not bracketed
    bool disturbed = false;
    double value = 0;
    std::optional<double> p99;
    std::optional<double> ratio;     // to the bare limit: time to time, also for rates
    std::optional<double> to_pair;   // to the pair of lines
    std::optional<double> to_plain;  // to the plain mapping at the same distance
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

class Report {
public:
    explicit Report(const std::vector<Result>& results);

    void print_table(std::ostream& out) const;
    [[nodiscard]] nlohmann::json json() const;
    // Some payload was not what it had to be, so no figure is to be believed.
    [[nodiscard]] bool faulty() const noexcept;

private:
    std::vector<Finding> findings_;
};

// "0.93 us", in a unit that fits.
[[nodiscard]] std::string value_text(Unit unit, double value);
// One line about a result as it comes in.
[[nodiscard]] std::string progress_text(const Result& result);

}  // namespace bench
