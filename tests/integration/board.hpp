// The raw region that a case is about, and a number at its head.
#pragma once

#include <cstdint>
#include <cstring>

#include <bus/connection.hpp>
#include <bus/raw.hpp>

namespace integration {

inline constexpr std::size_t board_size = 4096;

inline void create_board(bus::Connection connection) {
    connection.create_raw("board", {.size = board_size, .fence = bus::Fence::Full});
}

[[nodiscard]] inline bus::Region join_board(const bus::Connection& connection, bus::Role role) {
    return {connection, "board", role};
}

[[nodiscard]] inline std::uint64_t number_in(const bus::Region& region) {
    std::uint64_t number = 0;
    std::memcpy(&number, region.bytes().data(), sizeof number);
    return number;
}

inline void put(bus::Region& region, std::uint64_t number) {
    std::memcpy(region.writable_bytes().data(), &number, sizeof number);
}

}  // namespace integration
