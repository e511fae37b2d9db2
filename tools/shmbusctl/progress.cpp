#include "progress.hpp"

#include <cerrno>
#include <cstdio>
#include <utility>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "failure.hpp"
#include "quantity.hpp"

namespace ctl {

void ProgressArguments::declare(CLI::App& verb) {
    verb.add_option("--summary", summary_file, "Write what happened to this file, as JSON")
        ->type_name("FILE");
}

Progress::Progress(const Globals& globals, const ProgressArguments& arguments, int stream)
    : globals_{globals},
      file_name_{arguments.summary_file},
      terminal_{!globals.quiet() && ::isatty(STDERR_FILENO) != 0},
      moving_{terminal_ && ::isatty(stream) == 0},
      at_{std::chrono::steady_clock::now()} {
    if (file_name_.empty()) return;
    file_.open(file_name_, std::ios::trunc);
    if (!file_) throw system_failure(file_name_, errno);
}

void Progress::draw(const Traffic& traffic, std::optional<std::uint64_t> missed) {
    if (!moving_) return;
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>{now - std::exchange(at_, now)}.count();
    const auto bytes = traffic.bytes() - std::exchange(bytes_, traffic.bytes());
    const auto samples = traffic.samples() - std::exchange(samples_, traffic.samples());
    auto line = fmt::format(
        "\r{}B, {}B/s, {}, {}samples/s", format_decimal(static_cast<double>(traffic.bytes())),
        format_decimal(static_cast<double>(bytes) / seconds), counted(traffic.samples(), "sample"),
        format_decimal(static_cast<double>(samples) / seconds));
    if (missed) line += fmt::format(", missed {}", *missed);
    line += "\x1b[K";  // erases what a longer line before left
    std::fwrite(line.data(), 1, line.size(), stderr);
    drawn_ = true;
}

void Progress::clear() {
    if (std::exchange(drawn_, false)) std::fputs("\r\x1b[K", stderr);
}

void Progress::finish(const Summary& summary) {
    clear();
    if (!file_name_.empty()) {
        file_ << json_text(to_json(summary), JsonStyle::Short) << std::flush;
        if (!file_) throw system_failure(file_name_, errno);
    }
    if (globals_.quiet()) return;
    if (globals_.json() != JsonStyle::Off)
        std::fputs(json_text(to_json(summary), globals_.json()).c_str(), stderr);
    else if (terminal_)
        std::fputs((to_line(summary) + '\n').c_str(), stderr);
}

}  // namespace ctl
