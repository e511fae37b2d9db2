#include "plot.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "bench/findings.hpp"
#include "bench/size_text.hpp"
#include "failure.hpp"
#include "figure_text.hpp"

namespace ctl {
namespace {

using bench::Distance;
using bench::Record;

struct Colours {
    const char* ground;
    const char* text;
    const char* grid;
};

constexpr Colours colours_of(Theme theme) noexcept {
    return theme == Theme::Light ? Colours{"#ffffff", "#1f2328", "#d0d7de"}
                                 : Colours{"#0d1117", "#e6edf3", "#30363d"};
}

// Told apart on white and on black, and by most who are colour-blind together with the points'
// shapes.
constexpr std::array palette{"#0072b2", "#56b4e9", "#009e73", "#d55e00", "#e69f00",
                             "#cc79a7", "#8a63d2", "#b8860b", "#e5383b", "#7f8c8d",
                             "#2a9d8f", "#c77dff", "#a47148", "#4895ef"};
constexpr std::array points{7, 6, 5, 9, 11, 13, 4, 8, 10, 12, 1, 2, 3, 14};

struct Line {
    std::string name;
    std::vector<const Record*> records;
    std::size_t style = 0;
};

// In the order in which the lines lie above each other at the right edge, so that the key reads as
// the picture does.
std::vector<Line> lines_of(const Results& results, Distance distance) {
    std::vector<Line> lines;
    for (const auto& name : results.transports()) {
        Line line{name, {}, lines.size()};
        for (const auto size : results.sizes())
            if (const auto* record = results.carried(name, size, distance))
                line.records.push_back(record);
        if (!line.records.empty()) lines.push_back(std::move(line));
    }
    const auto last = [](const Line& line) {
        return std::pair{line.records.back()->size, *line.records.back()->one_way};
    };
    std::sort(lines.begin(), lines.end(),
              [&](const Line& a, const Line& b) { return last(a) > last(b); });
    return lines;
}

std::string in_quotes(const std::string& text) {
    std::string quoted{'\''};
    for (const char c : text) quoted += c == '\'' ? "''" : std::string{c};
    return quoted + '\'';
}

std::string terminal_of(const std::string& file, const Colours& colours) {
    if (file.ends_with(".svg"))
        return fmt::format(
            "set terminal svg size 960,600 font 'sans-serif,15' background '{}' linewidth 1.2\n",
            colours.ground);
    if (file.ends_with(".png"))
        return fmt::format(
            "set terminal pngcairo size 1440,900 font 'Sans,18' background '{}' linewidth 1.8\n",
            colours.ground);
    throw Failure{"--plot=" + file, "must end in .svg or .png"};
}

std::string frame(const Results& results, Distance distance, const Colours& colours) {
    std::string sizes;
    for (const auto size : results.sizes())
        sizes += fmt::format("{}'{}' {}", sizes.empty() ? "" : ", ", bench::size_text(size), size);
    std::string times;
    for (double time = 10; time < 1e12; time *= 10)
        times += fmt::format("{}'{}' {}", times.empty() ? "" : ", ",
                             time < 1e3   ? fmt::format("{} ns", time)
                             : time < 1e6 ? fmt::format("{} us", time / 1e3)
                             : time < 1e9 ? fmt::format("{} ms", time / 1e6)
                                          : fmt::format("{} s", time / 1e9),
                             time);
    return fmt::format(
        "set title 'One way between two processes, cores {}' textcolor '{}'\n"
        "set xlabel 'payload, written and read in full' textcolor '{}'\n"
        "set ylabel 'median latency' textcolor '{}'\n"
        "set logscale xy\nset border 3 linecolor '{}'\nset tics nomirror textcolor '{}'\n"
        "set xtics ({})\nset ytics ({})\n"
        "set grid ytics linecolor '{}' linewidth 0.6 dashtype 1\n"
        "set key outside right center Left reverse samplen 2 spacing 1.15 textcolor '{}'\n"
        "set xrange [{}:{}]\n",
        distance == Distance::Between ? "between near and far" : name_of(distance), colours.text,
        colours.text, colours.text, colours.text, colours.text, sizes, times, colours.grid,
        colours.text, static_cast<double>(results.sizes().front()) / 1.3,
        static_cast<double>(results.sizes().back()) * 1.3);
}

}  // namespace

Theme parse_theme(std::string_view text) {
    if (text == "light") return Theme::Light;
    if (text == "dark") return Theme::Dark;
    throw Failure{fmt::format("--theme={}", text), "must be light or dark"};
}

std::string plot_script(const Results& results, const std::string& file, Theme theme) {
    const auto colours = colours_of(theme);
    auto script = terminal_of(file, colours);
    const auto distances = results.distances();
    const auto lines =
        distances.empty() ? std::vector<Line>{} : lines_of(results, distances.front());
    if (lines.empty()) throw Failure{"--plot=" + file, "there is no latency to draw"};
    script += fmt::format("set output {}\n", in_quotes(file));
    script += frame(results, distances.front(), colours);
    std::string plots;
    for (const auto& line : lines) {
        // Shared memory is drawn thicker.
        const bool memory = line.records.front()->model == bench::Model::SharedMemory;
        plots += fmt::format(
            "{}'-' using 1:2 with linespoints linecolor '{}' linewidth {} pointtype {} "
            "pointsize 0.8 title {}",
            plots.empty() ? "plot " : ", \\\n  ", palette[line.style % palette.size()],
            memory ? 2.6 : 1.4, points[line.style % points.size()], in_quotes(line.name));
    }
    const double bare = results.bare(distances.front()).value_or(0);
    script += plots + fmt::format(", \\\n  {} with lines linecolor '{}' dashtype 3 title {}\n",
                                  bare, colours.text, in_quotes("bare line, " + time_text(bare)));
    for (const auto& line : lines) {
        for (const auto* record : line.records)
            script += fmt::format("{} {}\n", record->size, *record->one_way);
        script += "e\n";
    }
    return script;
}

void check_plot(const std::string& file) {
    (void)terminal_of(file, colours_of(Theme::Light));
    if (std::system("command -v gnuplot >/dev/null 2>&1") != 0)
        throw Failure{"--plot", "gnuplot is not installed; it is in the package gnuplot-nox"};
}

void plot(const Results& results, const std::string& file, Theme theme) {
    check_plot(file);
    const auto script = plot_script(results, file, theme);
    std::FILE* gnuplot = ::popen("gnuplot", "we");
    if (gnuplot == nullptr) throw system_failure("gnuplot", errno);
    const bool told = std::fwrite(script.data(), 1, script.size(), gnuplot) == script.size();
    if (::pclose(gnuplot) != 0 || !told)
        throw Failure{"--plot=" + file, "gnuplot could not draw it"};
}

}  // namespace ctl
