#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "accounts.hpp"
#include "globals.hpp"
#include "output.hpp"
#include "signals.hpp"
#include "verb.hpp"
#include "words.hpp"

namespace ctl {
namespace {

constexpr auto layout = "{:<15}  {:<24}  {:<14}  {:>10}  {:<10}  {:>7}  {}\n";

struct WallTime {
    ::tm parts{};
    long microseconds = 0;
};

WallTime now_by(::tm* (*to_parts)(const ::time_t*, ::tm*)) {
    ::timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    WallTime time{.parts = {}, .microseconds = now.tv_nsec / 1000};
    to_parts(&now.tv_sec, &time.parts);
    return time;
}

std::string line_of(const bus::Event& event) {
    const auto now = now_by(::localtime_r);
    const auto time = fmt::format("{:%H:%M:%S}.{:06}", now.parts, now.microseconds);
    if (event.attachment == 0)
        return fmt::format(layout, time, event.region, to_string(event.what), "-", "-", "-", "-");
    return fmt::format(layout, time, event.region, to_string(event.what), event.attachment,
                       to_string(event.role), event.pid, user_name(event.uid));
}

std::string json_line_of(const bus::Event& event, JsonStyle style) {
    const auto now = now_by(::gmtime_r);
    const auto time = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", now.parts, now.microseconds);
    return json_text(to_json(event, time), style);
}

class Monitor final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("REGION", names_, "Only these regions, which need not exist yet")
            ->type_name("");
    }

    int run(const Globals& globals) override {
        const Signals signals;
        const auto connection = globals.connect();
        bus::Watch watch{connection};
        Output output{STDOUT_FILENO, [] { return !Signals::stop_requested(); }};
        if (globals.json() == JsonStyle::Off && globals.legend() == Legend::Shown)
            print(output, fmt::format(layout, "TIME", "REGION", "EVENT", "ATTACHMENT", "ROLE",
                                      "PID", "USER"));
        while (!Signals::stop_requested() && !output.reader_gone()) {
            const auto event = watch.next(std::chrono::milliseconds{500});
            if (event && wanted(event->region) &&
                !print(output, globals.json() == JsonStyle::Off
                                   ? line_of(*event)
                                   : json_line_of(*event, globals.json())))
                break;
        }
        return 0;
    }

private:
    static bool print(Output& output, std::string_view line) {
        return output.put(std::as_bytes(std::span{line}), Output::Newline::None) && output.flush();
    }

    [[nodiscard]] bool wanted(const std::string& name) const {
        return names_.empty() || std::find(names_.begin(), names_.end(), name) != names_.end();
    }

    std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<Verb> make_monitor() { return std::make_unique<Monitor>(); }

}  // namespace ctl
