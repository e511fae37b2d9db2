// Counts what this process takes from the heap, by standing in for malloc.
#pragma once

#include <cstdint>

namespace bench {

// Allocations of the whole process so far, by any thread and through any library.
[[nodiscard]] std::uint64_t allocations() noexcept;

}  // namespace bench
