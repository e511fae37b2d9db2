#include "hex_dump.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

namespace ctl {
namespace {

constexpr std::size_t width = 16;
constexpr std::size_t text_column = 60;

void append_line(std::string& text, std::span<const std::byte> bytes, std::uint64_t offset) {
    const auto begin = text.size();
    fmt::format_to(std::back_inserter(text), "{:08x} ", offset);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        fmt::format_to(std::back_inserter(text), "{}{:02x}", i == width / 2 ? "  " : " ",
                       std::to_integer<unsigned>(bytes[i]));
    const auto filled = text.size() - begin;
    text.append(std::max(filled + 2, text_column) - filled, ' ');
    text += '|';
    for (const auto byte : bytes) {
        const auto c = std::to_integer<char>(byte);
        text += c >= ' ' && c <= '~' ? c : '.';
    }
    text += "|\n";
}

}  // namespace

std::string hex_dump(std::span<const std::byte> bytes, std::uint64_t offset) {
    std::string text;
    std::span<const std::byte> before;
    bool starred = false;
    for (std::size_t at = 0; at < bytes.size(); at += width) {
        const auto line = bytes.subspan(at, std::min(width, bytes.size() - at));
        const bool repeated = at > 0 && std::ranges::equal(line, before);
        if (!repeated)
            append_line(text, line, offset + at);
        else if (!starred)
            text += "*\n";
        starred = repeated;
        before = line;
    }
    if (!bytes.empty()) fmt::format_to(std::back_inserter(text), "{:08x}\n", offset + bytes.size());
    return text;
}

std::string hex_text(std::span<const std::byte> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const auto byte : bytes) {
        text += digits[std::to_integer<std::size_t>(byte >> 4)];
        text += digits[std::to_integer<std::size_t>(byte & std::byte{0xf})];
    }
    return text;
}

}  // namespace ctl
