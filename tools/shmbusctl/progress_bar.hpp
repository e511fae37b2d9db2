// A line on a terminal that fills up, with the time that is left.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace ctl {

/// "[#####-----]  52 %  0:31 left  pipe 32 B", never wider than `width`. `elapsed` and `done` give
/// the time left.
[[nodiscard]] std::string bar_text(double done, std::chrono::seconds elapsed,
                                   std::string_view doing, std::size_t width);

class ProgressBar {
public:
    enum class Shown { Never, OnTerminal };
    explicit ProgressBar(Shown shown);
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    ~ProgressBar() { clear(); }

    /// Draws it anew where it has changed.
    void draw(double done, std::string_view doing);
    void clear();

private:
    bool shown_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::string drawn_;
};

}  // namespace ctl
