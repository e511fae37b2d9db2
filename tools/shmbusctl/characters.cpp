#include "characters.hpp"

#include <cstddef>

namespace ctl {

char32_t take_character(std::string_view& text) noexcept {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0x80             ? 1
                               : (first & 0xe0) == 0xc0 ? 2
                               : (first & 0xf0) == 0xe0 ? 3
                               : (first & 0xf8) == 0xf0 ? 4
                                                        : 0;
    if (length == 0 || length > text.size()) {
        text.remove_prefix(1);
        return 0;
    }
    char32_t character = length == 1 ? first : first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0) != 0x80) {
            text.remove_prefix(1);
            return 0;
        }
        character = character << 6 | (next & 0x3fU);
    }
    text.remove_prefix(length);
    return character;
}

std::string valid_utf8(std::string_view text) {
    std::string valid;
    while (!text.empty()) {
        const auto before = text;
        if (take_character(text) == 0)
            valid += '?';
        else
            valid += before.substr(0, before.size() - text.size());
    }
    return valid;
}

}  // namespace ctl
