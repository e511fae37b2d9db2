#include "trail.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace ctl {
namespace {

constexpr std::array<std::string_view, 8> block_heights{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 8> ascii_heights{"_", ".", ":", "-", "=", "+", "*", "#"};
constexpr std::array<std::string_view, 9> block_parts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};

const auto& heights_of(Signs signs) {
    return signs == Signs::Blocks ? block_heights : ascii_heights;
}

}  // namespace

void Trail::add(Time time, double value) {
    points_.push_back({time, value});
    while (!points_.empty() && points_.front().time <= time - span) points_.pop_front();
}

std::vector<double> Trail::parts(Time now, std::size_t count) const {
    std::vector<double> values(count, -1.0);
    if (count == 0) return values;
    const auto width = std::chrono::duration<double>{span} / static_cast<double>(count);
    for (const auto& point : points_) {
        const std::chrono::duration<double> age = now - point.time;
        if (age.count() < 0 || age >= span) continue;
        const auto from_end = static_cast<std::size_t>(age / width);
        if (from_end >= count) continue;
        auto& value = values[count - 1 - from_end];
        value = std::max(value, point.value);
    }
    return values;
}

double Trail::largest() const noexcept {
    double most = 0;
    for (const auto& point : points_) most = std::max(most, point.value);
    return most;
}

std::string sparkline(const std::vector<double>& values, Signs signs) {
    const auto& heights = heights_of(signs);
    const double most = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
    std::string line;
    for (const double value : values) {
        if (value < 0) {
            line += ' ';
            continue;
        }
        const double part = most > 0 ? value / most : 0;
        const auto height = std::min<std::size_t>(
            static_cast<std::size_t>(std::ceil(part * static_cast<double>(heights.size() - 1))),
            heights.size() - 1);
        line += heights[height];
    }
    return line;
}

std::string bar(double part, std::size_t width, Signs signs) {
    const auto steps = signs == Signs::Blocks ? block_parts.size() - 1 : 1;
    const auto all = width * steps;
    const auto filled =
        static_cast<std::size_t>(std::ceil(std::clamp(part, 0.0, 1.0) * static_cast<double>(all)));
    std::string text;
    for (std::size_t i = 0; i < filled / steps; ++i)
        text += signs == Signs::Blocks ? block_parts.back() : std::string_view{"#"};
    std::size_t shown = filled / steps;
    if (filled % steps != 0) {
        text += block_parts[filled % steps];
        ++shown;
    }
    const char* empty = signs == Signs::Blocks ? "·" : ".";
    for (; shown < width; ++shown) text += empty;
    return text;
}

}  // namespace ctl
