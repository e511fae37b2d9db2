// Ends the run with a reason: what the fuzzer then keeps as an input that breaks something.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace fuzz {

inline void require(bool holds, const char* otherwise) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", otherwise);
    std::abort();
}

}  // namespace fuzz
