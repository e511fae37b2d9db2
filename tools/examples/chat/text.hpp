// Text in fields of fixed size, as payloads and shared objects have it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace chat {

/// As much of `text` as fits, without cutting a character of UTF-8 in two.
[[nodiscard]] inline std::string_view fitting(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
    return text.substr(0, most);
}

template <std::size_t size>
void put(char (&field)[size], std::string_view text) {
    std::fill(field, field + size, '\0');
    std::ranges::copy(fitting(text, size - 1), field);
}

/// Whoever wrote it, it ends within its field and cannot command a terminal.
template <std::size_t size>
[[nodiscard]] std::string shown(const char (&field)[size]) {
    std::string text{field, std::find(field, field + size, '\0')};
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return text;
}

}  // namespace chat
