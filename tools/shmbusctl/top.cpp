#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "batch.hpp"
#include "board.hpp"
#include "failure.hpp"
#include "globals.hpp"
#include "pager.hpp"
#include "quantity.hpp"
#include "signals.hpp"
#include "terminal.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds shortest_delay = 100ms;
constexpr std::chrono::nanoseconds longest_delay = 1h;
constexpr std::chrono::nanoseconds first_delay = 250ms;  // a rate soon, then at the pace
// Keys wait as long for a daemon that does not answer.
constexpr std::chrono::nanoseconds patience = 1s;
constexpr std::chrono::nanoseconds batch_patience = 25s;

// Reads into `readings`; what is in the way, if it may pass. Throws: bus::Error.
std::string read(bus::Connection& connection, Readings& readings, std::chrono::nanoseconds limit) {
    try {
        readings.add(connection.activity(limit));
        return {};
    } catch (const bus::Error& error) {
        if (error.errc() == bus::Errc::NoDaemon || error.errc() == bus::Errc::TimedOut)
            return "waiting for shmbusd";
        throw;
    }
}

class Top final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("REGION", start_.region, "Open this region: everyone in it")->type_name("");
        add(app, "-d,--delay", "TIME", "Time from one reading to the next (default 1s)",
            [this](const std::string& text) { delay_ = parse_delay(text); });
        add(app, "--sort", "COLUMN",
            "Order by this column (default rate): name, kind, rate, bytes, publishers, "
            "subscribers, lag, slots, "
            "missed, holds, asleep, memory or slowest",
            [this](const std::string& text) { start_.order.column = parse_region_column(text); });
        app.add_flag("--reverse", start_.order.reversed, "The other way round");
        app.add_option("--filter", start_.filter, "Only regions with this in their names")
            ->type_name("TEXT");
        app.add_flag("-b,--batch", batch_,
                     "No screen: print each reading, for scripts; implied by --json");
        add(app, "-n,--count", "N", "Batch: end after so many readings",
            [this](const std::string& text) { count_ = parse_count("--count", text, 1); });
    }

    int run(const Globals& globals) override {
        if (batch_ || globals.json() != JsonStyle::Off) return run_batch(globals);
        if (count_) throw Failure{"--count", "is for --batch"};
        return run_screen(globals);
    }

private:
    template <class Take>
    static void add(CLI::App& app, const char* name, const char* value, const char* meaning,
                    Take take) {
        app.add_option_function<std::string>(name, take, meaning)->type_name(value);
    }

    static std::chrono::nanoseconds parse_delay(const std::string& text) {
        const auto delay = parse_time("--delay", text);
        if (delay < shortest_delay || delay > longest_delay)
            throw Failure{"--delay=" + text, "must be from 100ms to 1h"};
        return delay;
    }

    // Halves or doubles it.
    void change_pace(int by) {
        for (; by > 0; --by) delay_ = std::min(delay_ * 2, longest_delay);
        for (; by < 0; ++by) delay_ = std::max(delay_ / 2, shortest_delay);
    }

    int run_screen(const Globals& globals) {
        auto connection = globals.connect();
        Readings readings;
        // Without a daemon in the first place this is the wrong bus: an error, as of any verb.
        readings.add(connection.activity(batch_patience));
        if (!start_.region.empty() && readings.find(start_.region) == nullptr)
            throw Failure{start_.region, "no such region"};
        Terminal terminal;
        const Signals signals;
        Board board{readings, start_};
        auto next = Clock::now() + std::min(first_delay, delay_);
        for (bool stale = true; !board.left() && !Signals::stop_requested();) {
            if (!board.paused() && Clock::now() >= next) {
                board.set_trouble(read(connection, readings, patience));
                next = Clock::now() + delay_;
                stale = true;
            }
            if (stale) draw(board, terminal);
            stale = await_key(board, terminal, next);
            if (const int change = board.take_pace_change(); change != 0) {
                change_pace(change);
                next = Clock::now() + std::min(first_delay, delay_);
            }
        }
        return 0;
    }

    void draw(Board& board, Terminal& terminal) const {
        board.set_pace("every " + format_time(delay_));
        board.draw(terminal);
        terminal.show();
    }

    // Whether there is something to draw.
    static bool await_key(Board& board, Terminal& terminal, Clock::time_point next) {
        const auto left = board.paused() ? 1s : next - Clock::now();
        Key key;
        switch (terminal.await(std::chrono::ceil<std::chrono::milliseconds>(left), key)) {
            case Terminal::Input::Pressed:
                board.press(key);
                return true;
            case Terminal::Input::Resized:
                terminal.wipe();
                return true;
            case Terminal::Input::None:
                break;
        }
        return false;
    }

    int run_batch(const Globals& globals) const {
        auto connection = globals.connect();
        const Signals signals;
        Readings readings;
        readings.add(connection.activity(batch_patience));
        People people;
        const Look look{people, Signs::Ascii};
        auto next = Clock::now() + delay_;
        for (std::uint64_t shown = 0; !count_ || shown < *count_; next += delay_) {
            if (!sleep_until(next)) return 0;
            if (const auto trouble = read(connection, readings, batch_patience); !trouble.empty()) {
                complain(trouble);
                continue;
            }
            if (shown++ != 0 && globals.json() == JsonStyle::Off &&
                globals.legend() == Legend::Shown)
                write_out("\n");
            write_out(globals.json() == JsonStyle::Off
                          ? batch_text(readings, start_, globals.legend(), look)
                          : json_text(batch_json(readings, start_, look), globals.json()));
        }
        return 0;
    }

    // False when a signal asks to stop.
    static bool sleep_until(Clock::time_point time) {
        while (!Signals::stop_requested()) {
            const auto left = time - Clock::now();
            if (left <= 0ns) return true;
            const auto part = std::min<std::chrono::nanoseconds>(left, 500ms);
            const ::timespec pause{.tv_sec = 0, .tv_nsec = static_cast<long>(part.count())};
            ::nanosleep(&pause, nullptr);  // a signal ends it
        }
        return false;
    }

    Board::Start start_{.order = {.column = parse_region_column("rate")}};
    std::chrono::nanoseconds delay_ = 1s;
    std::optional<std::uint64_t> count_;
    bool batch_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_top() { return std::make_unique<Top>(); }

}  // namespace ctl
