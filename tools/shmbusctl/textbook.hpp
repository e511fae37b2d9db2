// The results for people: every figure by size and transport, and the textbook's comparison of
// shared memory with message passing, row by row, with a measured figure in each cell.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results.hpp"

namespace ctl {

/// Where one transport stops being faster than another, as the size of the message grows.
struct Crossing {
    bool first_is_faster = false;      ///< at the least size
    std::vector<std::uint64_t> sizes;  ///< those from which on it is the other way round
};
/// Over the sizes that both carried at this distance; nothing when there are none.
[[nodiscard]] std::optional<Crossing> crossing_of(const Results& results, std::string_view first,
                                                  std::string_view second,
                                                  bench::Distance distance);

/// The machine, the bare limit and all figures.
[[nodiscard]] std::string figures_text(const Results& results);
/// The comparison, at the commonest distance.
[[nodiscard]] std::string textbook_text(const Results& results);

}  // namespace ctl
