#include "progress_bar.hpp"

#include <algorithm>
#include <cstdio>

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

namespace ctl {
namespace {

constexpr std::size_t cells = 24;
constexpr double told_from = 0.03;  // before that the time left would be a guess

std::size_t terminal_width() {
    ::winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string bar_text(double done, std::chrono::seconds elapsed, std::string_view doing,
                     std::size_t width) {
    done = std::clamp(done, 0.0, 1.0);
    const auto full = static_cast<std::size_t>(done * cells);
    auto text = fmt::format("[{}{}] {:3.0f} %", std::string(full, '#'),
                            std::string(cells - full, '-'), 100 * done);
    if (done >= told_from) {
        const auto left =
            static_cast<long>(static_cast<double>(elapsed.count()) * (1 - done) / done + 0.5);
        text += fmt::format("  {}:{:02} left", left / 60, left % 60);
    }
    text += fmt::format("  {}", doing);
    return text.substr(0, width);
}

ProgressBar::ProgressBar(Shown shown)
    : shown_{shown == Shown::OnTerminal && ::isatty(STDERR_FILENO) != 0} {}

void ProgressBar::draw(double done, std::string_view doing) {
    if (!shown_) return;
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start_);
    // One column stays free: a terminal goes to the next line where the last one is filled.
    auto text = bar_text(done, elapsed, doing, terminal_width() - 1);
    if (text == drawn_) return;
    drawn_ = std::move(text);
    std::fprintf(stderr, "\r%s\x1b[K", drawn_.c_str());
}

void ProgressBar::clear() {
    if (!drawn_.empty()) std::fputs("\r\x1b[K", stderr);
    drawn_.clear();
}

}  // namespace ctl
