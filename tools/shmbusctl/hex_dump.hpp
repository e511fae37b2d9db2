// Bytes as hexdump -C shows them: offset, hexadecimal, text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace ctl {

/// A line for each 16 bytes, "*" for lines like the one before, and the end's offset last; nothing
/// when there is nothing. `offset` is what the first byte is shown to be at.
[[nodiscard]] std::string hex_dump(std::span<const std::byte> bytes, std::uint64_t offset);

/// The bytes in hexadecimal digits, in one row.
[[nodiscard]] std::string hex_text(std::span<const std::byte> bytes);

}  // namespace ctl
