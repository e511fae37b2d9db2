#include "table.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace ctl {
namespace {

void append_cell(std::string& line, std::string_view cell, std::size_t width, Align align) {
    const auto blanks = width - display_width(cell);
    if (align == Align::Right) line.append(blanks, ' ');
    line += cell;
    if (align == Align::Left) line.append(blanks, ' ');
}

}  // namespace

std::size_t display_width(std::string_view text) noexcept {
    const auto is_first_byte = [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    };
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_first_byte));
}

std::string counted(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

Table::Table(std::vector<Column> columns) : columns_{std::move(columns)} {}

void Table::add(std::vector<std::string> cells) {
    assert(cells.size() == columns_.size());
    for (auto& cell : cells)
        if (cell.empty()) cell = "-";
    rows_.push_back(std::move(cells));
}

std::string Table::text(Legend legend) const {
    std::vector<std::vector<std::string>> lines;
    if (legend == Legend::Shown) {
        auto& titles = lines.emplace_back();
        for (const auto& column : columns_) titles.push_back(column.title);
    }
    lines.insert(lines.end(), rows_.begin(), rows_.end());

    std::vector<std::size_t> widths(columns_.size());
    for (const auto& cells : lines)
        for (std::size_t i = 0; i < cells.size(); ++i)
            widths[i] = std::max(widths[i], display_width(cells[i]));

    std::string text;
    for (const auto& cells : lines) {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i > 0) line += ' ';
            append_cell(line, cells[i], widths[i], columns_[i].align);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

}  // namespace ctl
