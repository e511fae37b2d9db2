// What top draws on: a grid of characters. A terminal is one, and so is a test's.
#pragma once

#include <string>
#include <string_view>

#include "table.hpp"
#include "trail.hpp"

namespace ctl {

/// What a text stands out for. No meaning hangs on colour alone.
enum class Style { Plain, Title, Chosen, Faint, Warning };

class Screen {
public:
    virtual ~Screen() = default;
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    [[nodiscard]] virtual int height() const = 0;
    [[nodiscard]] virtual int width() const = 0;
    [[nodiscard]] virtual Signs signs() const = 0;
    /// Writes UTF-8 without control characters. Requires: it fits, and each character is one column
    /// wide; the board sees to that.
    virtual void put(int row, int column, std::string_view text, Style style) = 0;

protected:
    Screen() = default;
};

/// `text` in just `width` columns: filled with blanks, or cut, with a "~" for what is left out.
/// Characters that may not be one column wide there become "?".
/// With `Cut::Middle`, what is left out is in the middle: of names that begin alike.
enum class Cut { End, Middle };
[[nodiscard]] std::string fitted(std::string_view text, int width, Signs signs,
                                 Align align = Align::Left, Cut cut = Cut::End);

}  // namespace ctl
