#include "figure_text.hpp"

#include <cmath>

#include <fmt/format.h>

namespace ctl {
namespace {

// Three digits.
std::string digits(double value) {
    return fmt::format("{:.{}f}", value, value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
}

}  // namespace

std::string time_text(double nanoseconds) {
    if (nanoseconds < 999.5) return digits(nanoseconds) + " ns";
    if (nanoseconds < 999.5e3) return digits(nanoseconds / 1e3) + " us";
    if (nanoseconds < 999.5e6) return digits(nanoseconds / 1e6) + " ms";
    return digits(nanoseconds / 1e9) + " s";
}

std::string time_text(const std::optional<double>& nanoseconds) {
    return nanoseconds ? time_text(*nanoseconds) : "";
}

std::string ratio_text(double ratio) { return digits(ratio) + "x"; }

std::string count_text(double count) {
    // One call in hundreds of messages is the scheduler's.
    if (count < 0.05) return "0";
    if (std::abs(count - std::round(count)) < 0.05) return fmt::format("{:.0f}", count);
    return fmt::format("{:.1f}", count);
}

std::string count_text(const std::optional<bench::CallCount>& calls) {
    if (!calls) return "";
    // Fewer are for others, such as a daemon that tells of a region.
    if (calls->broker < 0.5) return count_text(calls->own);
    return count_text(calls->own) + "+" + count_text(calls->broker);
}

}  // namespace ctl
