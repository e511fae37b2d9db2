// What top shows and how it answers to keys: a list of the regions, one region with everyone in it,
// and help. Knows no terminal: it draws on a Screen.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "columns.hpp"
#include "people.hpp"
#include "readings.hpp"
#include "screen.hpp"

namespace ctl {

/// What a key press means.
struct Key {
    enum class Code {
        Character,
        Up,
        Down,
        PageUp,
        PageDown,
        Home,
        End,
        Left,
        Enter,
        Escape,
        Backspace,
        Other,
    } code = Code::Other;
    char character = 0;  ///< of a Character
};

/// In which order, and of what.
struct Order {
    std::size_t column = 0;
    bool reversed = false;
};

/// The regions whose names have `filter` in them, in this order; capitals do not matter.
[[nodiscard]] std::vector<const RegionReading*> chosen_regions(const Readings& readings,
                                                               std::string_view filter,
                                                               const Order& order,
                                                               const Look& look);
[[nodiscard]] std::vector<const AttachmentReading*> ordered_attachments(const RegionReading& region,
                                                                        const Order& order,
                                                                        const Look& look);
/// The column of regions that --sort= names. Throws Failure.
[[nodiscard]] std::size_t parse_region_column(std::string_view name);

/// The daemon in one line, and what flows in another.
[[nodiscard]] std::string daemon_line(const Readings& readings);
[[nodiscard]] std::string totals_line(const Readings& readings);

class Board {
public:
    /// What is shown first: an empty region is the list.
    struct Start {
        Order order;
        std::string filter;
        std::string region;
    };
    /// `readings` may be added to between calls; it outlives the board.
    Board(const Readings& readings, Start start);

    void press(Key key);
    /// Says what keeps the readings from going on; empty: nothing does.
    void set_trouble(std::string trouble) { trouble_ = std::move(trouble); }
    void set_pace(std::string pace) { pace_ = std::move(pace); }
    void draw(Screen& screen);

    [[nodiscard]] bool left() const noexcept { return left_; }
    [[nodiscard]] bool paused() const noexcept { return paused_; }
    /// Times that the pace was asked to be quicker (-) or slower (+) since the last call.
    [[nodiscard]] int take_pace_change() noexcept { return std::exchange(pace_change_, 0); }

private:
    enum class Mode { List, Region, Help };

    // Where a list stands: which line is chosen, and which is the first that is shown.
    struct Place {
        int chosen = 0;
        int first = 0;
        void settle(int lines, int height) noexcept;
    };

    void press_filter(Key key);
    [[nodiscard]] bool move(Key key);
    void command(char character);
    void open();
    void close();
    void turn_order(int by);

    void draw_head(Screen& screen) const;
    void draw_list(Screen& screen);
    void draw_region(Screen& screen);
    void draw_help(Screen& screen) const;
    void draw_state(Screen& screen, std::string_view left) const;
    void draw_panel(Screen& screen, int top, const RegionReading& region);
    void draw_keys(Screen& screen) const;
    template <class Reading>
    void draw_table(Screen& screen, int height, std::span<const ReadingColumn<Reading>> columns,
                    const std::vector<const Reading*>& lines, const RegionReading* region,
                    const Order& order, Place& place);
    void draw_trail(Screen& screen, int row, int column, int width, const RegionReading& region,
                    Style style) const;
    [[nodiscard]] Order& order() noexcept { return mode_ == Mode::Region ? inner_ : order_; }
    [[nodiscard]] Place& place() noexcept { return mode_ == Mode::Region ? inner_place_ : place_; }

    const Readings& readings_;
    People people_;
    Signs signs_ = Signs::Ascii;  // of the screen drawn on last

    Mode mode_ = Mode::List;
    Mode before_help_ = Mode::List;
    bool filtering_ = false;  // what is typed goes into the filter
    bool paused_ = false;
    bool left_ = false;
    int pace_change_ = 0;
    std::string filter_;
    Order order_;
    Order inner_;
    Place place_;
    Place inner_place_;
    int page_ = 1;        // lines that a list showed last
    std::string chosen_;  // name of the region that is chosen, or open
    std::string trouble_;
    std::string pace_;
};

}  // namespace ctl
