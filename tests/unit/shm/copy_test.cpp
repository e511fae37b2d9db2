#include "shm/copy.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

namespace bus::shm {
namespace {

TEST_CASE("copy: every byte arrives and none beyond, on both sides of the threshold") {
    for (const std::size_t bytes :
         {std::size_t{0}, std::size_t{1}, std::size_t{63}, full_line_threshold - 1,
          full_line_threshold, full_line_threshold + 1, std::size_t{100000}}) {
        CAPTURE(bytes);
        std::vector<std::byte> from(bytes);
        for (std::size_t i = 0; i < bytes; ++i) from[i] = static_cast<std::byte>(i * 7 + 1);
        std::vector<std::byte> to(bytes + 2, std::byte{0xee});
        copy_in(to.data() + 1, from.data(), bytes);
        CHECK(to.front() == std::byte{0xee});
        CHECK(to.back() == std::byte{0xee});
        CHECK(std::equal(from.begin(), from.end(), to.begin() + 1));
    }
}

}  // namespace
}  // namespace bus::shm
