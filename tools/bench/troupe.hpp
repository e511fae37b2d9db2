// The two measured processes, forked from one that never touches libbus, and what watches over
// them.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "stage.hpp"

namespace bench {

// How a performance went: the first exit code of a side that is not 0, and why.
struct Outcome {
    int code = 0;
    std::string reason;
};

// Runs `play` in two processes, one a side, each pinned to its core; its result is the process's
// exit code. When one fails, or when nothing has moved for a minute, both are ended.
[[nodiscard]] Outcome perform(Stage& stage, const std::array<int, 2>& cores,
                              const std::function<int(Side)>& play);

}  // namespace bench
