// The latencies as a picture: one way over the size, both logarithmic, a line a transport. Drawn by
// gnuplot.
#pragma once

#include <string>

#include "results.hpp"

namespace ctl {

enum class Theme { Light, Dark };
/// From --theme=; throws Failure.
[[nodiscard]] Theme parse_theme(std::string_view text);

/// What gnuplot is told, for a file that ends in ".svg" or ".png"; throws Failure for others and
/// when there is nothing to draw. At the commonest distance.
[[nodiscard]] std::string plot_script(const Results& results, const std::string& file, Theme theme);
/// Throws Failure when plot() could not draw into `file`, before anything is measured.
void check_plot(const std::string& file);
/// Draws it. Throws Failure.
void plot(const Results& results, const std::string& file, Theme theme);

}  // namespace ctl
