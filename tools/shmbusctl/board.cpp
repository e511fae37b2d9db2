#include "board.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "failure.hpp"

namespace ctl {
namespace {

std::string lower(std::string_view text) {
    std::string small{text};
    for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return small;
}

// Equal ones keep the order in which they came.
template <class Reading>
void put_in_order(std::vector<const Reading*>& lines, const ReadingColumn<Reading>& column,
                  bool reversed, const Look& look,
                  const std::function<const RegionReading&(const Reading&)>& region_of) {
    std::vector<std::pair<double, std::string>> keys;
    std::vector<std::pair<std::size_t, const Reading*>> numbered;
    for (const auto* line : lines) {
        const auto& region = region_of(*line);
        numbered.emplace_back(keys.size(), line);
        if (column.number != nullptr)
            keys.emplace_back(-column.number(*line, region), "");
        else
            keys.emplace_back(0, column.text(*line, region, look));
    }
    std::stable_sort(numbered.begin(), numbered.end(), [&](const auto& one, const auto& other) {
        return reversed ? keys[other.first] < keys[one.first] : keys[one.first] < keys[other.first];
    });
    for (std::size_t i = 0; i < lines.size(); ++i) lines[i] = numbered[i].second;
}

}  // namespace

std::vector<const RegionReading*> chosen_regions(const Readings& readings, std::string_view filter,
                                                 const Order& order, const Look& look) {
    const auto wanted = lower(filter);
    std::vector<const RegionReading*> lines;
    for (const auto& region : readings.regions())
        if (lower(region.region.name).find(wanted) != std::string::npos) lines.push_back(&region);
    put_in_order<RegionReading>(
        lines, region_columns()[order.column], order.reversed, look,
        [](const auto& region) -> const auto& { return region; });
    return lines;
}

std::vector<const AttachmentReading*> ordered_attachments(const RegionReading& region,
                                                          const Order& order, const Look& look) {
    const auto columns = attachment_columns(region.region.kind);
    std::vector<const AttachmentReading*> lines;
    for (const auto& one : region.attachments) lines.push_back(&one);
    put_in_order<AttachmentReading>(
        lines, columns[std::min(order.column, columns.size() - 1)], order.reversed,
        look, [&](const auto&) -> const auto& { return region; });
    return lines;
}

std::size_t parse_region_column(std::string_view name) {
    const auto columns = region_columns();
    std::string known;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (name == columns[i].name) return i;
        known += fmt::format("{}{}",
                             i == 0                    ? ""
                             : i + 1 == columns.size() ? " or "
                                                       : ", ",
                             columns[i].name);
    }
    throw Failure{fmt::format("--sort={}", name), "must be " + known};
}

Board::Board(const Readings& readings, Start start)
    : readings_{readings},
      mode_{start.region.empty() ? Mode::List : Mode::Region},
      filter_{std::move(start.filter)},
      order_{start.order},
      chosen_{std::move(start.region)} {}

void Board::Place::settle(int lines, int height) noexcept {
    chosen = std::clamp(chosen, 0, std::max(lines - 1, 0));
    first = std::clamp(first, std::max(chosen - height + 1, 0), chosen);
    first = std::min(first, std::max(lines - height, 0));
}

void Board::press(Key key) {
    if (filtering_) return press_filter(key);
    if (mode_ == Mode::Help) {
        mode_ = before_help_;
        return;
    }
    if (move(key)) return;
    switch (key.code) {
        case Key::Code::Enter:
            return open();
        case Key::Code::Escape:
        case Key::Code::Left:
        case Key::Code::Backspace:
            return close();
        case Key::Code::Character:
            return command(key.character);
        default:
            return;
    }
}

void Board::press_filter(Key key) {
    switch (key.code) {
        case Key::Code::Enter:
            filtering_ = false;
            return;
        case Key::Code::Escape:
            filtering_ = false;
            filter_.clear();
            return;
        case Key::Code::Backspace:
            if (!filter_.empty()) filter_.pop_back();
            return;
        case Key::Code::Character:
            filter_ += key.character;
            chosen_.clear();
            return;
        default:
            static_cast<void>(move(key));
    }
}

// Whether the key moves in a list.
bool Board::move(Key key) {
    auto& at = place().chosen;
    const auto by = [&](int lines) {
        at = std::max(at + lines, 0);
        if (mode_ == Mode::List) chosen_.clear();
        return true;
    };
    switch (key.code) {
        case Key::Code::Up:
            return by(-1);
        case Key::Code::Down:
            return by(1);
        case Key::Code::PageUp:
            return by(-page_);
        case Key::Code::PageDown:
            return by(page_);
        case Key::Code::Home:
            return by(-at);
        case Key::Code::End:
            return by(1 << 20);
        default:
            return false;
    }
}

void Board::command(char character) {
    switch (character) {
        case 'q':
            left_ = true;
            return;
        case 'h':
        case '?':
            before_help_ = std::exchange(mode_, Mode::Help);
            return;
        case 'p':
        case ' ':
            paused_ = !paused_;
            return;
        case '/':
            mode_ = Mode::List;
            filtering_ = true;
            return;
        case 's':
        case '>':
            return turn_order(1);
        case 'S':
        case '<':
            return turn_order(-1);
        case 'r':
            order().reversed = !order().reversed;
            return;
        case 'j':
            return press({Key::Code::Down});
        case 'k':
            return press({Key::Code::Up});
        case '+':
            ++pace_change_;
            return;
        case '-':
            --pace_change_;
            return;
        default:
            return;
    }
}

void Board::open() {
    if (mode_ != Mode::List || chosen_.empty()) return;
    mode_ = Mode::Region;
    inner_place_ = {};
}

// Back to the list; there, to all of it.
void Board::close() {
    if (mode_ == Mode::List) filter_.clear();
    mode_ = Mode::List;
}

void Board::turn_order(int by) {
    const auto* region = readings_.find(chosen_);
    const auto kind = region != nullptr ? region->region.kind : bus::Kind::Topic;
    const auto count =
        mode_ == Mode::Region ? attachment_columns(kind).size() : region_columns().size();
    auto& at = order();
    at.column =
        (at.column + count + static_cast<std::size_t>(by + static_cast<int>(count))) % count;
    at.reversed = false;
}

}  // namespace ctl
