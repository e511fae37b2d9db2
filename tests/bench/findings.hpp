// Makes findings of results: per row and distance the medians of its passes, and how they compare.
#pragma once

#include <vector>

#include "report.hpp"

namespace bench {

[[nodiscard]] std::vector<Finding> findings_of(const std::vector<Result>& results);

}  // namespace bench
