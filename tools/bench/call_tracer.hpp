// Counts the system calls that marked loops of other processes make (mark.hpp), as strace would,
// without asking for it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace bench {

// Calls made between the marks of one loop.
struct MarkedCalls {
    std::uint64_t own = 0;        // by the program's processes, in any thread, between their marks
    std::uint64_t bystander = 0;  // by the bystander meanwhile
};

// Runs this program anew, with other arguments, to its end; what the marked loops called, in their
// order. `bystander` (or 0: none) is a running process that serves the program. Throws:
// std::system_error where tracing is not permitted, std::runtime_error when the program fails.
[[nodiscard]] std::vector<MarkedCalls> count_marked_calls(std::vector<std::string> arguments,
                                                          ::pid_t bystander = 0);

}  // namespace bench
