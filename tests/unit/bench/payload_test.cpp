#include "bench/payload.hpp"

#include <vector>

#include <doctest/doctest.h>

TEST_CASE("payload: what was written in full is read in full, at any size") {
    for (const std::size_t size : {32U, 64U, 2048U, 4096U, 16384U}) {
        std::vector<std::byte> bytes(size + 32, std::byte{0x5a});
        bench::write_payload(bytes.data(), size, 7);
        CHECK(bench::holds(bytes.data(), size, 7));
        CHECK(bytes[size] == std::byte{0x5a});
    }
}

TEST_CASE("payload: a byte that is wrong anywhere is noticed") {
    for (const std::size_t size : {32U, 4096U}) {
        std::vector<std::byte> bytes(size);
        bench::write_payload(bytes.data(), size, 7);
        for (const std::size_t at : {std::size_t{0}, size / 2 + 1, size - 1}) {
            const auto right = bytes[at];
            bytes[at] ^= std::byte{1};
            CHECK_FALSE(bench::holds(bytes.data(), size, 7));
            bytes[at] = right;
        }
        CHECK_FALSE(bench::holds(bytes.data(), size, 8));
    }
}
