// Columns of text, aligned: what list and status print.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ctl {

enum class Align { Left, Right };
enum class Legend { Shown, Hidden };

struct Column {
    std::string title;
    Align align = Align::Left;
};

/// A table that is as wide as its contents; nothing is ever cut.
class Table {
public:
    explicit Table(std::vector<Column> columns);

    /// Requires: as many cells as columns. An empty cell is shown as "-".
    void add(std::vector<std::string> cells);
    [[nodiscard]] std::size_t rows() const noexcept { return rows_.size(); }
    /// The titles (unless the legend is hidden), then the rows; each line ends in a newline and has
    /// no blanks before it.
    [[nodiscard]] std::string text(Legend legend) const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// Columns that `text` takes on a terminal, for UTF-8 without wide characters.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;

/// "1 region", "3 regions".
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);

}  // namespace ctl
