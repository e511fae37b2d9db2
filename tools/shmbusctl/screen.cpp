#include "screen.hpp"

#include <cstddef>
#include <vector>

#include "characters.hpp"

namespace ctl {
namespace {

// Latin, and what lines and bars are drawn with.
bool is_one_column(char32_t character, Signs signs) noexcept {
    if (character >= 0x20 && character < 0x7f) return true;
    if (signs == Signs::Ascii) return false;
    return (character >= 0xa0 && character < 0x300 && character != 0xad) ||
           (character >= 0x2500 && character < 0x25a0);
}

std::vector<std::string> characters_of(std::string_view text, Signs signs) {
    std::vector<std::string> characters;
    while (!text.empty()) {
        const auto before = text;
        const auto character = take_character(text);
        const bool shown = is_one_column(character, signs);
        characters.emplace_back(shown ? before.substr(0, before.size() - text.size()) : "?");
    }
    return characters;
}

}  // namespace

std::string fitted(std::string_view text, int width, Signs signs, Align align, Cut cut) {
    if (width <= 0) return {};
    const auto room = static_cast<std::size_t>(width);
    auto characters = characters_of(text, signs);
    if (characters.size() > room) {
        const auto at = static_cast<std::ptrdiff_t>(cut == Cut::Middle ? room / 2 : room - 1);
        const auto over = static_cast<std::ptrdiff_t>(characters.size() - room);
        characters.erase(characters.begin() + at, characters.begin() + at + over);
        characters[static_cast<std::size_t>(at)] = "~";
    }
    std::string line;
    for (const auto& character : characters) line += character;
    const std::string blanks(room - characters.size(), ' ');
    return align == Align::Right ? blanks + line : line + blanks;
}

}  // namespace ctl
