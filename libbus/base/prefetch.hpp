// Asking for a cache line before it is needed. In assembly, because g++ 12 takes a function that
// does nothing but __builtin_prefetch for one without effect, and drops the calls.
#pragma once

#include <cstddef>

namespace bus::base {

inline void prefetch(const std::byte* line) noexcept {
#if defined(__x86_64__) || defined(__i386__)
    asm volatile("prefetcht0 %0" : : "m"(*line));
#else
    __builtin_prefetch(line);
#endif
}

// With the right to write it: other cores lose their copies.
inline void prefetch_for_write(std::byte* line) noexcept {
#if defined(__x86_64__) || defined(__i386__)
    asm volatile("prefetchw %0" : : "m"(*line));
#else
    __builtin_prefetch(line, 1);
#endif
}

}  // namespace bus::base
