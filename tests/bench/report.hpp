// Tells the results: a table for people, JSON for programs.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "bench/findings.hpp"

namespace bench {

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
