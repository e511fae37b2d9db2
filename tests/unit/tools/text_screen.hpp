// A screen that is text, for tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "characters.hpp"
#include "screen.hpp"

namespace ctl_test {

class TextScreen final : public ctl::Screen {
public:
    // Has itself drawn on at once.
    template <class Draw>
    TextScreen(int height, int width, Draw draw)
        : cells_(static_cast<std::size_t>(height),
                 std::vector<std::string>(static_cast<std::size_t>(width), " ")) {
        draw(*this);
    }

    [[nodiscard]] int height() const override { return static_cast<int>(cells_.size()); }
    [[nodiscard]] int width() const override { return static_cast<int>(cells_.front().size()); }
    [[nodiscard]] ctl::Signs signs() const override { return ctl::Signs::Ascii; }

    // What a terminal would spoil its screen with is a failure here.
    void put(int row, int column, std::string_view text, ctl::Style style) override {
        REQUIRE(row >= 0);
        REQUIRE(row < height());
        for (; !text.empty(); ++column) {
            const auto before = text;
            REQUIRE(ctl::take_character(text) >= 0x20);
            REQUIRE(column < width());
            cell(row, column) = before.substr(0, before.size() - text.size());
        }
        if (style == ctl::Style::Chosen && row > 3) chosen_ = row;
    }

    [[nodiscard]] std::string line(int row) const {
        std::string text;
        for (const auto& one : cells_.at(static_cast<std::size_t>(row))) text += one;
        text.erase(text.find_last_not_of(' ') + 1);
        return text;
    }
    [[nodiscard]] std::string text() const {
        std::string all;
        for (int row = 0; row < height(); ++row) all += line(row) + '\n';
        return all;
    }
    [[nodiscard]] bool has(std::string_view wanted) const {
        return text().find(wanted) != std::string::npos;
    }
    // The row that was put as the chosen one last.
    [[nodiscard]] std::string chosen() const { return line(chosen_); }

private:
    std::string& cell(int row, int column) {
        return cells_[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
    }

    std::vector<std::vector<std::string>> cells_;
    int chosen_ = 0;
};

}  // namespace ctl_test
