// How the board looks. From the top: the daemon, what flows, a line of state, titles, lines; at the
// bottom what is known of the chosen region, and the keys.
#include <algorithm>
#include <array>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

#include "board.hpp"
#include "quantity.hpp"

namespace ctl {
namespace {

constexpr int head_rows = 3;
constexpr int panel_rows = 3;
constexpr int least_lines = 4;  // below that, the lines are worth more than the panel
constexpr int least_trail = 12;

void write(Screen& screen, int row, std::string_view text, Style style = Style::Plain) {
    if (row < 0 || row >= screen.height()) return;
    screen.put(row, 0, fitted(text, screen.width(), screen.signs()), style);
}

// Which columns there is room for, and how wide they are; 0: not shown.
template <class Reading>
std::vector<int> widths_of(std::span<const ReadingColumn<Reading>> columns, int room) {
    std::vector<std::size_t> by_rank(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) by_rank[i] = i;
    std::sort(by_rank.begin(), by_rank.end(),
              [&](auto one, auto other) { return columns[one].rank < columns[other].rank; });
    std::vector<int> widths(columns.size(), 0);
    int left = room + 1;
    for (const auto i : by_rank) {
        if (columns[i].width + 1 > left && left <= room) break;
        widths[i] = std::min(columns[i].width, std::max(left - 1, 1));
        left -= widths[i] + 1;
    }
    return widths;
}

template <class Reading>
std::string cell_text(const Reading& line, const ReadingColumn<Reading>& column,
                      const RegionReading* region, const Look& look) {
    if constexpr (std::is_same_v<Reading, RegionReading>)
        return column.text(line, line, look);
    else
        return column.text(line, *region, look);
}

// Cells in columns, as many as there is room for. What they leave goes to the names, as far as
// those need it; `left` is what remains to the right.
template <class Reading>
class Sheet {
public:
    using Columns = std::span<const ReadingColumn<Reading>>;
    using Lines = std::vector<const Reading*>;

    Sheet(Screen& screen, Columns columns, const Lines& lines, const RegionReading* region,
          const Look& look)
        : screen_{screen},
          columns_{columns},
          region_{region},
          look_{look},
          widths_{widths_of(columns, screen.width())},
          left_{screen.width()} {
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (widths_[i] > 0) left_ -= widths_[i] + (i > 0 ? 1 : 0);
        widen_names(lines);
    }

    [[nodiscard]] int left() const noexcept { return left_; }

    // Both give the column after the last cell.
    int put_titles(int row, std::size_t in_order) const {
        write(screen_, row, "", Style::Title);
        return put_cells(
            row, [&](std::size_t i) { return std::string{columns_[i].title}; },
            [&](std::size_t i) { return i == in_order ? Style::Chosen : Style::Title; });
    }
    int put_line(int row, const Reading& line, Style style) const {
        write(screen_, row, "", style);
        return put_cells(
            row,
            [&](std::size_t i) {
                auto text = cell_text(line, columns_[i], region_, look_);
                return text.empty() ? std::string{"-"} : text;
            },
            [&](std::size_t) { return style; });
    }

private:
    void widen_names(const Lines& lines) {
        const auto is_name = [](const auto& column) {
            const std::string_view name{column.name};
            return name == "name" || name == "command";
        };
        const auto name = static_cast<std::size_t>(
            std::find_if(columns_.begin(), columns_.end(), is_name) - columns_.begin());
        if (widths_[name] == 0) return;
        int longest = widths_[name];
        for (const auto* line : lines) {
            const auto text = cell_text(*line, columns_[name], region_, look_);
            longest = std::max(longest, static_cast<int>(display_width(text)));
        }
        const int more = std::clamp(longest - widths_[name], 0, std::max(left_, 0));
        widths_[name] += more;
        left_ -= more;
    }

    template <class TextOf, class StyleOf>
    int put_cells(int row, TextOf text_of, StyleOf style_of) const {
        int at = 0;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (widths_[i] == 0) continue;
            const auto cut = i == 0 ? Cut::Middle : Cut::End;  // of regions, their names
            screen_.put(row, at,
                        fitted(text_of(i), widths_[i], screen_.signs(), columns_[i].align, cut),
                        style_of(i));
            at += widths_[i] + 1;
        }
        return at;
    }

    Screen& screen_;
    Columns columns_;
    const RegionReading* region_;
    const Look& look_;
    std::vector<int> widths_;
    int left_;
};

std::string percent(double part) { return fmt::format("{:.1f}%", part * 100); }

}  // namespace

std::string daemon_line(const Readings& readings) {
    const auto& daemon = readings.daemon();
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(daemon.uptime);
    auto line = fmt::format("shmbusd {}  pid {}  up {}  mem {}  fd {}/{}", daemon.version,
                            daemon.pid, elapsed(uptime), format_size(daemon.memory),
                            daemon.descriptors, daemon.descriptor_limit);
    if (readings.processor()) line += fmt::format("  cpu {}", percent(*readings.processor()));
    if (daemon.restarts) line += fmt::format("  restarts {}", *daemon.restarts);
    return line;
}

std::string totals_line(const Readings& readings) {
    const auto& used = readings.daemon().used;
    const auto& limits = readings.daemon().limits;
    auto line = fmt::format("{}/{} regions  {}/{} attachments  memory {}/{}", used.regions,
                            limits.regions, used.attachments, limits.attachments,
                            format_size(used.bytes), format_size(limits.bytes));
    if (const auto& total = readings.total())
        line +=
            fmt::format("  rate {}/s {}B/s", compact(total->items), format_decimal(total->bytes));
    return line;
}

void Board::draw(Screen& screen) {
    signs_ = screen.signs();
    draw_head(screen);
    if (mode_ == Mode::Help)
        draw_help(screen);
    else if (mode_ == Mode::Region)
        draw_region(screen);
    else
        draw_list(screen);
    draw_keys(screen);
}

void Board::draw_head(Screen& screen) const {
    write(screen, 0, daemon_line(readings_));
    write(screen, 1, totals_line(readings_));
}

// What is shown, and to the right why it may stand still.
void Board::draw_state(Screen& screen, std::string_view left) const {
    write(screen, 2, left, Style::Faint);
    const auto text = !trouble_.empty() ? trouble_ : paused_ ? "PAUSED" : pace_;
    const int width = std::min(static_cast<int>(display_width(text)), screen.width());
    const auto style = trouble_.empty() && !paused_ ? Style::Faint : Style::Warning;
    if (screen.height() > 2)
        screen.put(2, screen.width() - width, fitted(text, width, screen.signs()), style);
}

void Board::draw_list(Screen& screen) {
    const Look look{people_, signs_};
    const auto lines = chosen_regions(readings_, filter_, order_, look);
    const auto same = [&](const auto* line) { return line->region.name == chosen_; };
    if (const auto at = std::find_if(lines.begin(), lines.end(), same); at != lines.end())
        place_.chosen = static_cast<int>(at - lines.begin());
    const auto& column = region_columns()[order_.column];
    draw_state(screen, fmt::format("{} by {}{}{}", counted(lines.size(), "region"), column.name,
                                   order_.reversed ? ", reversed" : "",
                                   filter_.empty() ? "" : ", with \"" + filter_ + "\""));
    const int room = screen.height() - head_rows - 2;  // titles and keys
    const bool panel = room - panel_rows >= least_lines && !lines.empty();
    const int height = panel ? room - panel_rows : room;
    draw_table<RegionReading>(screen, height, region_columns(), lines, nullptr, order_, place_);
    chosen_.clear();
    if (lines.empty()) return;
    const auto& chosen = *lines[static_cast<std::size_t>(place_.chosen)];
    chosen_ = chosen.region.name;
    if (panel) draw_panel(screen, head_rows + 1 + height, chosen);
}

void Board::draw_region(Screen& screen) {
    const auto* region = readings_.find(chosen_);
    if (region == nullptr) {
        draw_state(screen, chosen_ + ": no such region now");
        for (int row = head_rows; row < screen.height() - 1; ++row) write(screen, row, "");
        return;
    }
    const auto& info = region->region;
    auto text = fmt::format("{}  {}{}  {}  {:04o}", info.name, to_string(info.kind),
                            info.type.empty() ? "" : " of " + info.type, people_.user(info.owner),
                            info.mode);
    draw_state(screen, text);
    const Look look{people_, signs_};
    const auto lines = ordered_attachments(*region, inner_, look);
    const int room = screen.height() - head_rows - 2;
    const bool panel = room - panel_rows >= least_lines;
    const int height = panel ? room - panel_rows : room;
    draw_table<AttachmentReading>(screen, height, attachment_columns(info.kind), lines, region,
                                  inner_, inner_place_);
    if (panel) draw_panel(screen, head_rows + 1 + height, *region);
}

template <class Reading>
void Board::draw_table(Screen& screen, int height, std::span<const ReadingColumn<Reading>> columns,
                       const std::vector<const Reading*>& lines, const RegionReading* region,
                       const Order& order, Place& place) {
    const Look look{people_, signs_};
    place.settle(static_cast<int>(lines.size()), std::max(height, 1));
    page_ = std::max(height, 1);
    const Sheet<Reading> sheet{screen, columns, lines, region, look};
    const bool with_trail = std::is_same_v<Reading, RegionReading> && sheet.left() > least_trail;
    if (screen.height() > head_rows) {
        const int at = sheet.put_titles(head_rows, std::min(order.column, columns.size() - 1));
        if (with_trail)
            screen.put(head_rows, at, fitted("LAST MINUTE", sheet.left() - 1, signs_),
                       Style::Title);
    }
    for (int i = 0; i < height; ++i) {
        const int row = head_rows + 1 + i;
        const auto index = static_cast<std::size_t>(place.first + i);
        if (index >= lines.size()) {
            write(screen, row, "");
            continue;
        }
        const auto style = static_cast<int>(index) == place.chosen ? Style::Chosen : Style::Plain;
        const int at = sheet.put_line(row, *lines[index], style);
        if constexpr (std::is_same_v<Reading, RegionReading>)
            if (with_trail) draw_trail(screen, row, at, sheet.left() - 1, *lines[index], style);
    }
}

void Board::draw_trail(Screen& screen, int row, int column, int width, const RegionReading& region,
                       Style style) const {
    const int most = static_cast<int>(Trail::span.count());
    const int parts = std::min(width, most);
    const auto values = readings_.trail(region.region.name)
                            .parts(readings_.time(), static_cast<std::size_t>(parts));
    screen.put(row, column, fitted(sparkline(values, signs_), width, signs_), style);
}

// Who stands out in the region, and its last minute.
void Board::draw_panel(Screen& screen, int top, const RegionReading& region) {
    const auto kind = region.region.kind;
    write(screen, top,
          fmt::format("{}  {}  {} of {} asleep{}", region.region.name,
                      format_size(region.region.bytes), region.asleep, region.active,
                      region.stalls == 0 ? "" : fmt::format("  {} stalls", region.stalls)),
          Style::Title);
    std::string text;
    const auto* one = region.standout();
    if (kind == bus::Kind::Raw) {
        text = one != nullptr ? "lock held by " + people_.named(one->info) : "lock free";
        text += fmt::format(", {} waiting", region.waiting);
    } else if (kind == bus::Kind::Service) {
        text = fmt::format("{} in flight", region.in_flight);
    } else if (kind == bus::Kind::Topic) {
        text = one == nullptr ? "nobody lags"
                              : fmt::format("slowest: {}, lag {} of {} slots, {}",
                                            people_.named(one->info), one->furthest, region.slots,
                                            one->info.asleep ? "asleep" : "awake");
    }
    write(screen, top + 1, text);
    const auto& trail = readings_.trail(region.region.name);
    const auto title = fmt::format("{}/s, at most {} ", items_of(kind), compact(trail.largest()));
    write(screen, top + 2, title);
    const int at = static_cast<int>(display_width(title));
    const int width = screen.width() - at;
    if (width > 0) draw_trail(screen, top + 2, at, width, region, Style::Plain);
}

void Board::draw_keys(Screen& screen) const {
    const int row = screen.height() - 1;
    if (row < head_rows) return;
    if (filtering_) return write(screen, row, "filter: " + filter_ + "_", Style::Title);
    if (mode_ == Mode::Help) return write(screen, row, "any key goes back", Style::Title);
    if (mode_ == Mode::Region)
        return write(screen, row, "q quit  h help  Esc back  s sort  r reverse  p pause",
                     Style::Title);
    write(screen, row, "q quit  h help  Enter open  s sort  r reverse  / filter  p pause",
          Style::Title);
}

void Board::draw_help(Screen& screen) const {
    static constexpr std::array<std::string_view, 18> text{
        "Up Down PgUp PgDn Home End, j k   choose a line",
        "Enter                             open the region: everyone in it",
        "Esc, Left, Backspace              back to the list; there, end the filter",
        "s S, > <                          sort by the next column, the one before",
        "r                                 reverse the order",
        "/                                 show regions with what you type in their names",
        "p, Space                          pause, go on",
        "+ -                               read half as often, twice as often",
        "q                                 quit",
        "",
        "RATE/s  samples published; requests; of a raw region, times the lock was had",
        "LAG     published and not yet taken, of the slowest subscriber",
        "SLOTS   how full the fullest ring is of samples to take; of requests in flight",
        "FLIGHT  requests without an answer yet",
        "MISSED  overwritten before they were taken; HOLD  samples kept in use",
        "SLEEP   who sleeps, of all that take part; who is awake spins or works",
        "STALLS  times that a publisher found no room",
        "SLOWEST the subscriber with that lag; of a raw region, who holds the lock",
    };
    draw_state(screen, "shmbusctl top: keys and columns");
    for (int row = head_rows; row < screen.height() - 1; ++row) {
        const auto i = static_cast<std::size_t>(row - head_rows);
        write(screen, row, i < text.size() ? text[i] : std::string_view{});
    }
}

}  // namespace ctl
