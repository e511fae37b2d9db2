// The parts that are played in a chaos, each in a process of its own. A part goes on whatever
// happens to it, and throws when the bus has broken a promise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "actor.hpp"
#include "book.hpp"

namespace chaos {

// What a part is told.
struct Order {
    std::string address;
    Book* book = nullptr;
    std::size_t index = 0;   // of the part
    std::uint64_t seed = 0;  // of what it chooses
};

struct Role {
    const char* name;
    void (*play)(const Order& order);
    std::size_t count;
};

// All of them; who takes comes before who publishes.
[[nodiscard]] const std::vector<Role>& roles();

inline constexpr const char* lossless = "chaos/lossless";
inline constexpr const char* newest = "chaos/newest";
inline constexpr const char* raw = "chaos/raw";
inline constexpr const char* service = "chaos/service";
inline constexpr std::size_t hoards = 4;
[[nodiscard]] inline std::string hoard(std::size_t number) {
    return "hoard/" + std::to_string(number);
}

}  // namespace chaos
