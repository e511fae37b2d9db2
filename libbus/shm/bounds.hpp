// Options out of their range, as every kind refuses them.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>

#include <bus/error.hpp>

#include "abi/names.hpp"
#include "abi/shape.hpp"

namespace bus::shm {

[[noreturn]] inline void refuse(const std::string& option, const std::string& reason) {
    throw Error{Errc::InvalidArgument, option + ": " + reason};
}

inline void check_range(const std::string& option, std::uint64_t value, std::uint64_t low,
                        std::uint64_t high) {
    if (value < low || value > high)
        refuse(option, std::to_string(value) + " is not between " + std::to_string(low) + " and " +
                           std::to_string(high));
}

inline void check_alignment(std::uint64_t alignment) {
    check_range("alignment", alignment, 32, 4096);
    if (!std::has_single_bit(alignment)) refuse("alignment", "it is not a power of two");
}

// What regions of all kinds are asked: their size, fence and type.
inline void check_every(const abi::Shape& shape, std::uint64_t largest) {
    check_range("size", shape.size, 1, largest);
    if (shape.fence != Fence::Asymmetric && shape.fence != Fence::Full)
        refuse("fence", "it is neither asymmetric nor full");
    if (const auto fault = abi::type_fault(shape.type); !fault.empty())
        refuse("type", std::string{fault});
}

}  // namespace bus::shm
