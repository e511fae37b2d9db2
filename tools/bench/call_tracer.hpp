// Counts the system calls that marked loops of other processes make (mark.hpp), as strace would,
// without asking for it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

// Runs a program to its end and counts the calls that each of its processes made, in any thread,
// between its marks. Throws: std::system_error where tracing is not permitted, std::runtime_error
// when the program fails.
[[nodiscard]] std::uint64_t count_marked_calls(std::vector<std::string> arguments);

}  // namespace bench
