// Numbers that hurt where they are not bounded.
#pragma once

#include <cstdint>
#include <limits>

#include "abi/layout.hpp"

namespace adversity {

// Near `around`, and at the ends of all widths.
template <class Random>
std::uint64_t evil(Random& random, std::uint64_t around) {
    constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
    switch (random() % 10) {
        case 0:
            return 0;
        case 1:
            return largest;
        case 2:
            return largest - random() % 20;
        case 3:
            return bus::abi::skipped_bit + random() % 20;
        case 4:
            return bus::abi::skipped_bit | around;
        case 5:
            return std::uint64_t{1} << random() % 64;
        case 6:
            return around - random() % 20;
        case 7:
            return around;
        case 8:
            return around + random() % 20;
        default:
            return std::uint64_t{random()} << 32 | random();
    }
}

}  // namespace adversity
