// Numbers that hurt where they are not bounded.
#pragma once

#include <cstdint>
#include <limits>

#include "abi/layout.hpp"

namespace bus {

// Near `around`, and at the ends of all widths; `random` gives 32 bits at a time.
template <class Random>
std::uint64_t evil(Random& random, std::uint64_t around) {
    constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
    const auto half = [&random] { return static_cast<std::uint32_t>(random()); };
    switch (half() % 10) {
        case 0:
            return 0;
        case 1:
            return largest;
        case 2:
            return largest - half() % 20;
        case 3:
            return abi::skipped_bit + half() % 20;
        case 4:
            return abi::skipped_bit | around;
        case 5:
            return std::uint64_t{1} << half() % 64;
        case 6:
            return around - half() % 20;
        case 7:
            return around;
        case 8:
            return around + half() % 20;
        default:
            break;
    }
    const std::uint64_t high = half();
    return high << 32 | half();
}

}  // namespace bus
