#include "plot.hpp"

#include <doctest/doctest.h>

#include "fault.hpp"
#include "sample_results.hpp"

using ctl::Theme;

namespace {

bool has(const std::string& text, const char* part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("plot: a line for each transport, in the order of the right edge") {
    const auto script = plot_script(sample::results(), "latency.svg", Theme::Light);
    CHECK(has(script, "set terminal svg"));
    CHECK(has(script, "set output 'latency.svg'"));
    CHECK(has(script, "set logscale xy"));
    CHECK(has(script, "32 70\n2048 400\ne\n"));
    CHECK(script.find("title 'pipe'") < script.find("title 'topic, sleeping'"));
    CHECK(script.find("title 'topic, sleeping'") < script.find("title 'topic, spinning'"));
    CHECK(has(script, "title 'bare line, 60.0 ns'"));
}

TEST_CASE("plot: the theme chooses the ground, the ending the kind of file") {
    CHECK(has(plot_script(sample::results(), "a.png", Theme::Dark), "pngcairo"));
    CHECK(has(plot_script(sample::results(), "a.png", Theme::Dark), "background '#0d1117'"));
    CHECK(has(plot_script(sample::results(), "a.png", Theme::Light), "background '#ffffff'"));
    CHECK(ctl::parse_theme("dark") == Theme::Dark);
    CHECK(fault_of([] { return ctl::parse_theme("grey"); }) ==
          "--theme=grey: must be light or dark");
}

TEST_CASE("plot: other files, and nothing to draw, are refused") {
    CHECK(fault_of([] { return plot_script(sample::results(), "a.pdf", Theme::Light); }) ==
          "--plot=a.pdf: must end in .svg or .png");
    CHECK(fault_of([] { return plot_script(ctl::Results{}, "a.svg", Theme::Light); }) ==
          "--plot=a.svg: there is no latency to draw");
}

TEST_CASE("plot: a quote in the file's name cannot end it") {
    CHECK(has(plot_script(sample::results(), "it's.svg", Theme::Light), "set output 'it''s.svg'"));
}
