// The last minute of one figure, and the line that draws it.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace ctl {

/// Signs to draw with: those of UTF-8, or of ASCII where a terminal has no others.
enum class Signs { Blocks, Ascii };

class Trail {
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds span{60};

    /// Requires: times only rise.
    void add(Time time, double value);
    /// The span in `count` equal parts, the newest last, which ends now: the largest value of each,
    /// or a negative number where there was none.
    [[nodiscard]] std::vector<double> parts(Time now, std::size_t count) const;
    [[nodiscard]] double largest() const noexcept;

private:
    struct Point {
        Time time;
        double value;
    };
    std::deque<Point> points_;
};

/// A character a value, as high as it is beside the largest; blank where there was none.
[[nodiscard]] std::string sparkline(const std::vector<double>& values, Signs signs);

/// A bar of `width` characters, filled from the left by `part` of 1; what is not nothing shows.
[[nodiscard]] std::string bar(double part, std::size_t width, Signs signs);

}  // namespace ctl
