// What the command line asks of the programs here, beside what doctest makes of it.
#pragma once

#include <cstdint>
#include <optional>

namespace adversity {

struct Options {
    std::optional<std::uint64_t> kills;      // --kills=N: of each operation
    bool all = false;                        // --all: long operations counted through too
    std::optional<std::uint64_t> mutations;  // --mutations=N: of each role
    std::optional<std::uint64_t> seed;       // --seed=N
};
[[nodiscard]] const Options& options() noexcept;

}  // namespace adversity
