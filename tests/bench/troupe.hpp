// The two measured processes, forked from one that never touches libbus, and what watches over
// them.
#pragma once

#include <array>
#include <functional>

#include "stage.hpp"

namespace bench {

// Runs `play` in two processes, one a side, each pinned to its core; its result is the process's
// exit code. Returns the first non-zero one. When one fails, or when nothing has moved for a
// minute, both are ended and the reason is on stderr.
[[nodiscard]] int perform(Stage& stage, const std::array<int, 2>& cores,
                          const std::function<int(Side)>& play);

}  // namespace bench
