// UTF-8, a character at a time, of text that may be none: names of foreign processes.
#pragma once

#include <string>
#include <string_view>

namespace ctl {

/// The character that `text` begins with, taken off it; 0 for a byte that begins none. Requires:
/// there is text.
[[nodiscard]] char32_t take_character(std::string_view& text) noexcept;

/// `text` with a "?" for each byte that is no UTF-8.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace ctl
