// A picture as it travels: this header, then its pixels, in the same memory from the client's
// loan to the server's response.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace filter {

inline constexpr auto service_name = "filter";
inline constexpr std::size_t largest = std::size_t{8} << 20;  // bytes of header and pixels

enum class Operation : std::uint32_t { Grey = 1, Blur = 2 };

struct Header {
    std::uint32_t operation;  // Operation
    std::uint32_t width;
    std::uint32_t height;
    std::uint32_t reserved;
};
static_assert(sizeof(Header) == 16);

/// Pixels where they lie, in rows from the top, each of a byte of red, one of green, one of blue.
struct Picture {
    std::size_t width = 0;
    std::size_t height = 0;
    std::span<std::uint8_t> bytes;

    [[nodiscard]] std::span<std::uint8_t> row(std::size_t y) const {
        return bytes.subspan(y * 3 * width, 3 * width);
    }
};

/// The picture behind this header in `memory`; nothing when it is not of that size. The header is a
/// copy: in the memory somebody else may still change it.
[[nodiscard]] inline std::optional<Picture> picture_in(std::span<std::byte> memory,
                                                       const Header& header) {
    const std::uint64_t pixels = std::uint64_t{header.width} * header.height;
    if (pixels == 0 || pixels > largest || memory.size() != sizeof header + 3 * pixels)
        return std::nullopt;
    auto* first = reinterpret_cast<std::uint8_t*>(memory.data()) + sizeof header;
    return Picture{header.width, header.height, {first, static_cast<std::size_t>(3 * pixels)}};
}

}  // namespace filter
