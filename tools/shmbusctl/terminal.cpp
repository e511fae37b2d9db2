#include "terminal.hpp"

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <langinfo.h>
#include <unistd.h>

#define NCURSES_NOMACROS
#include <curses.h>
#include <term.h>

#include <fmt/format.h>

#include "failure.hpp"

namespace ctl {
namespace {

constexpr short warning_pair = 1;
constexpr int escape_pause = 50;  // milliseconds in which the rest of a key's sequence comes

std::string terminal_name() {
    const char* name = std::getenv("TERM");
    return fmt::format("TERM={}", name != nullptr ? name : "");
}

bool wants_colour() {
    const char* refused = std::getenv("NO_COLOR");
    return refused == nullptr || *refused == '\0';
}

Signs signs_here() {
    std::setlocale(LC_CTYPE, "");
    const std::string_view code{::nl_langinfo(CODESET)};
    return code == "UTF-8" ? Signs::Blocks : Signs::Ascii;
}

Key key_of(int code) {
    switch (code) {
        case KEY_UP:
            return {Key::Code::Up};
        case KEY_DOWN:
            return {Key::Code::Down};
        case KEY_PPAGE:
            return {Key::Code::PageUp};
        case KEY_NPAGE:
            return {Key::Code::PageDown};
        case KEY_HOME:
            return {Key::Code::Home};
        case KEY_END:
            return {Key::Code::End};
        case KEY_LEFT:
            return {Key::Code::Left};
        case KEY_ENTER:
        case KEY_RIGHT:
        case '\n':
        case '\r':
            return {Key::Code::Enter};
        case KEY_BACKSPACE:
        case 0x7f:
        case '\b':
            return {Key::Code::Backspace};
        case 0x1b:
            return {Key::Code::Escape};
        default:
            break;
    }
    if (code < 0x20 || code > 0x7e) return {};
    return {Key::Code::Character, static_cast<char>(code)};
}

}  // namespace

// What ncurses lends; giving it back also gives back the terminal.
struct Terminal::Given {
    ::SCREEN* screen = nullptr;

    Given() : screen{::newterm(nullptr, stdout, stdin)} {
        if (screen == nullptr)
            throw Failure{terminal_name(), "this terminal is not known here; use --batch"};
        if (::tigetstr("cup") == nullptr) {
            ::endwin();
            ::delscreen(screen);
            throw Failure{terminal_name(), "this terminal cannot place its cursor; use --batch"};
        }
    }
    ~Given() {
        ::endwin();
        ::delscreen(screen);
    }
    Given(const Given&) = delete;
    Given& operator=(const Given&) = delete;
};

Terminal::Terminal() : signs_{signs_here()} {
    if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0)
        throw Failure{"top", "standard input and output must be a terminal; use --batch"};
    // Before ncurses, which would make something up for it: a name that promises nothing.
    const auto name = terminal_name();
    if (name == "TERM=" || name == "TERM=dumb")
        throw Failure{name, "this terminal cannot place its cursor; use --batch"};
    given_ = std::make_unique<Given>();
    ::cbreak();
    ::noecho();
    ::nonl();
    ::curs_set(0);
    ::keypad(stdscr, true);
    ::set_escdelay(escape_pause);
    if (!wants_colour() || !::has_colors()) return;
    ::start_color();
    ::use_default_colors();
    ::init_pair(warning_pair, COLOR_YELLOW, -1);
    colour_ = true;
}

Terminal::~Terminal() = default;

int Terminal::height() const { return ::getmaxy(stdscr); }
int Terminal::width() const { return ::getmaxx(stdscr); }

void Terminal::put(int row, int column, std::string_view text, Style style) {
    ::attr_t attributes = A_NORMAL;
    if (style == Style::Title) attributes = A_BOLD;
    if (style == Style::Chosen) attributes = A_REVERSE;
    if (style == Style::Warning) attributes = A_BOLD;
    const short pair = style == Style::Warning && colour_ ? warning_pair : 0;
    ::attr_set(attributes, pair, nullptr);
    ::mvaddnstr(row, column, text.data(), static_cast<int>(text.size()));
    ::attr_set(A_NORMAL, 0, nullptr);
}

void Terminal::show() { ::refresh(); }

void Terminal::wipe() { ::clear(); }

Terminal::Input Terminal::await(std::chrono::milliseconds most, Key& key) {
    ::timeout(static_cast<int>(std::max<std::int64_t>(most.count(), 0)));
    const int code = ::getch();
    if (code == ERR) return Input::None;
    if (code == KEY_RESIZE) return Input::Resized;
    key = key_of(code);
    return Input::Pressed;
}

}  // namespace ctl
