#include "change.hpp"

#include <doctest/doctest.h>

#include "sample_results.hpp"

using Sense = ctl::Change::Sense;

namespace {

ctl::Results with(const bench::Record& record) {
    ctl::Results results;
    results.add(record);
    return results;
}

ctl::Comparison between(double was, double is) {
    auto older = sample::carried("pipe", 32, was);
    auto newer = sample::carried("pipe", 32, is);
    older.rate = newer.rate = older.cpu = newer.cpu = {};
    return compare(with(older), with(newer));
}

}  // namespace

TEST_CASE("change: a latency whose passes do not overlap has changed") {
    const auto slower = between(100, 110);
    REQUIRE(slower.changes.size() == 1);
    CHECK(slower.changes[0].what == "pipe 32 B, one way (near)");
    CHECK(slower.changes[0].was == "100 ns");
    CHECK(slower.changes[0].is == "110 ns");
    CHECK(slower.changes[0].sense == Sense::Worse);
    REQUIRE(between(100, 90).changes.size() == 1);
    CHECK(between(100, 90).changes[0].sense == Sense::Better);
}

TEST_CASE("change: overlapping passes and five percent are noise") {
    CHECK(between(100, 103).changes.empty());
    CHECK(between(100, 104.5).changes.empty());
    CHECK(between(100, 104.5).compared == 1);
}

TEST_CASE("change: throughput that grows is better, processor time that grows is worse") {
    auto older = sample::carried("pipe", 32, 100);
    auto newer = older;
    newer.rate = *older.rate * 2;
    newer.cpu = *older.cpu * 2;
    const auto comparison = compare(with(older), with(newer));
    REQUIRE(comparison.changes.size() == 2);
    CHECK(comparison.changes[0].sense == Sense::Better);
    CHECK(comparison.changes[1].sense == Sense::Worse);
}

TEST_CASE("change: half a call more a message is a change") {
    const auto comparison = compare(with(sample::counted("pipe", 32, {2, 0})),
                                    with(sample::counted("pipe", 32, {2.5, 0})));
    REQUIRE(comparison.changes.size() == 2);
    CHECK(comparison.changes[0].what == "pipe 32 B, calls");
    CHECK(comparison.changes[0].sense == Sense::Worse);
    CHECK(compare(with(sample::counted("pipe", 32, {2, 0})),
                  with(sample::counted("pipe", 32, {2.1, 0})))
              .changes.empty());
}

TEST_CASE("change: near is not compared with far") {
    auto far = sample::carried("pipe", 32, 1000);
    far.distance = bench::Distance::Far;
    const auto comparison = compare(with(sample::carried("pipe", 32, 100)), with(far));
    CHECK(comparison.changes.empty());
    CHECK(comparison.compared == 0);
    CHECK(comparison.unmatched == 1);
}

TEST_CASE("change: the text says how many figures were compared") {
    const auto results = sample::results();
    const auto text = comparison_text(compare(results, results), results);
    CHECK(text.find("nothing changed beyond noise in") != std::string::npos);
}
