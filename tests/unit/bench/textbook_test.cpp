#include "textbook.hpp"

#include <doctest/doctest.h>

#include "figure_text.hpp"
#include "sample_results.hpp"

using bench::Distance;

namespace {

bool has(const std::string& text, const char* part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("figures: times, ratios and counts have the digits they are worth") {
    CHECK(ctl::time_text(71.23) == "71.2 ns");
    CHECK(ctl::time_text(999.7) == "1.00 us");
    CHECK(ctl::time_text(24.04e6) == "24.0 ms");
    CHECK(ctl::time_text(2.5e9) == "2.50 s");
    CHECK(ctl::ratio_text(1.084) == "1.08x");
    CHECK(ctl::ratio_text(340.2) == "340x");
    CHECK(ctl::count_text(0.01) == "0");
    CHECK(ctl::count_text(2.02) == "2");
    CHECK(ctl::count_text(bench::CallCount{5, 9.5}) == "5+9.5");
    CHECK(ctl::count_text(bench::CallCount{2, 0}) == "2");
}

TEST_CASE("textbook: a crossing is told by the sizes at which the faster one changes") {
    const auto results = sample::results();
    const auto spinning = crossing_of(results, "topic, spinning", "pipe", Distance::Near);
    REQUIRE(spinning);
    CHECK(spinning->first_is_faster);
    CHECK(spinning->sizes.empty());
    const auto sleeping = crossing_of(results, "topic, sleeping", "pipe", Distance::Near);
    REQUIRE(sleeping);
    CHECK_FALSE(sleeping->first_is_faster);
    CHECK(sleeping->sizes == std::vector<std::uint64_t>{2048});
    CHECK_FALSE(crossing_of(results, "topic, spinning", "pipe", Distance::Far));
}

TEST_CASE("textbook: each row has a measured figure on both sides") {
    const auto text = textbook_text(sample::results());
    CHECK(has(text, "Speed, 32 B one way"));
    CHECK(has(text, "topic, spinning 70.0 ns"));
    CHECK(has(text, "pipe 7.00 us, D-Bus 60.0 us"));
    CHECK(has(text, "memory, 100x faster"));
    CHECK(has(text, "messages, 1.29x faster"));  // the sleeping reader at 32 B
    CHECK(has(text, "topic, spinning 0"));
    CHECK(has(text, "D-Bus 5+9"));
    CHECK(has(text, "messages; had back after 280 of 32 B"));
    CHECK(has(text, "raw region's lock, 55.5 ns"));
    CHECK(has(text, "to write as reader: Permission denied"));
    CHECK(has(text, "topic, sleeping against pipe: slower, faster from 2 KiB on."));
    CHECK(has(text, "topic, spinning: faster at every size than pipe, D-Bus."));
}

TEST_CASE("textbook: with nothing measured there is nothing to compare") {
    CHECK(textbook_text(ctl::Results{}).empty());
}

TEST_CASE("figures: a transport that cannot carry a size says why, once") {
    auto results = sample::results();
    bench::Record refusal;
    refusal.transport = "POSIX queue";
    refusal.note = "more than fs.mqueue.msgsize_max allows";
    for (const auto size : {32U, 2048U}) {
        refusal.size = size;
        results.add(refusal);
    }
    CHECK(has(figures_text(results),
              "Not measured: POSIX queue at 32 B, 2 KiB: more than "
              "fs.mqueue.msgsize_max allows."));
}

TEST_CASE("figures: wrong payloads are said loudly") {
    auto results = sample::results();
    CHECK_FALSE(has(figures_text(results), "WRONG"));
    auto wrong = sample::carried("TCP loopback", 32, 1);
    wrong.faults = 3;
    results.add(wrong);
    CHECK(has(figures_text(results), "WRONG CONTENT: 3 payloads"));
}
