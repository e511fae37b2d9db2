#include "operations.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace filter {
namespace {

using Row = std::vector<std::uint8_t>;

// The sum of a column's three pixels, for each column of three rows.
void add_columns(const Row& above, const Row& here, std::span<const std::uint8_t> below,
                 std::vector<unsigned>& sums) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = above[i] + here[i] + below[i];
}

}  // namespace

void make_grey(const Picture& picture) {
    for (std::size_t i = 0; i + 2 < picture.bytes.size(); i += 3) {
        auto* pixel = &picture.bytes[i];
        // The weights of red, green and blue in 256ths, as television has them (BT.601).
        const auto grey = (77U * pixel[0] + 150U * pixel[1] + 29U * pixel[2] + 128U) / 256U;
        std::fill_n(pixel, 3, static_cast<std::uint8_t>(grey));
    }
}

// Two rows are kept as they were: the one above, which is changed already, and this one.
void blur(const Picture& picture) {
    const auto first = picture.row(0);
    Row above{first.begin(), first.end()};
    Row here = above;
    std::vector<unsigned> sums(first.size());
    for (std::size_t y = 0; y < picture.height; ++y) {
        const auto row = picture.row(y);
        std::ranges::copy(row, here.begin());
        const auto below = y + 1 < picture.height ? picture.row(y + 1) : row;
        add_columns(above, here, below, sums);
        for (std::size_t i = 0; i < row.size(); ++i) {
            const auto left = i >= 3 ? i - 3 : i;
            const auto right = i + 3 < row.size() ? i + 3 : i;
            row[i] = static_cast<std::uint8_t>((sums[left] + sums[i] + sums[right] + 4) / 9);
        }
        std::swap(above, here);
    }
}

}  // namespace filter
