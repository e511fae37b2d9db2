// Keeps a process on one core, before anything that is to be measured runs in it.
#pragma once

#include <array>

namespace bench {

// The first two cores that this process may run on. Throws: std::runtime_error when there is one
// only.
[[nodiscard]] std::array<int, 2> first_two_cores();

// Binds the calling process to a core and, where that is permitted, prefers it to everything else
// that wants to run there. Throws: std::system_error.
void pin_to(int core);

}  // namespace bench
