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

// What goes on beside the performance: called every 20 ms, and once more when it is over. False
// ends it.
using Meanwhile = std::function<bool()>;

// Runs `play` in two processes, one a side, each pinned to its core; its result is the process's
// exit code. When one fails, or when nothing has moved for a minute, both are ended.
[[nodiscard]] Outcome perform(Stage& stage, const std::array<int, 2>& cores,
                              const std::function<int(Side)>& play,
                              const Meanwhile& meanwhile = {});

}  // namespace bench
