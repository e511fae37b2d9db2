#include "summary.hpp"

#include <doctest/doctest.h>

#include "latency.hpp"

using ctl::Summary;

TEST_CASE("traffic: counts samples and bytes, and no time before the first or after a pause") {
    ctl::Traffic traffic;
    traffic.pause();
    CHECK(traffic.seconds() == 0);
    traffic.count(10);
    traffic.count(0);
    traffic.pause();
    const auto seconds = traffic.seconds();
    CHECK(seconds >= 0);
    traffic.pause();
    CHECK(traffic.seconds() == seconds);
    CHECK(traffic.samples() == 2);
    CHECK(traffic.bytes() == 10);
}

TEST_CASE("summary: what pub says") {
    const Summary summary{.samples = 1, .bytes = 2000, .seconds = 0.5, .taking = {}};
    CHECK(ctl::to_line(summary) == "1 sample, 2.00 kB, 0.500 s, 4.00 kB/s, 2 samples/s");
    CHECK(ctl::to_json(summary).dump() == R"({"samples":1,"bytes":2000,"seconds":0.5})");
}

TEST_CASE("summary: nothing at all divides by nothing") {
    CHECK(ctl::to_line(Summary{}) == "0 samples, 0 B, 0.000 s");
}

TEST_CASE("summary: what sub says") {
    ctl::Latency latency;
    latency.note(40);
    const Summary summary{
        .samples = 2,
        .bytes = 2,
        .seconds = 1,
        .taking = Summary::Taking{.missed = 3, .skipped = 4, .publishers = 1, .latency = &latency}};
    CHECK(ctl::to_line(summary) ==
          "2 samples, 2 B, 1.000 s, 2 B/s, 2 samples/s, missed 3, skipped 4, from 1 publisher, "
          "latency median 40ns, p99 40ns, max 40ns");
    CHECK(ctl::to_json(summary).dump() ==
          R"({"samples":2,"bytes":2,"seconds":1.0,"missed":3,"skipped":4,"publishers":1,)"
          R"("latency_ns":{"median":40,"p99":40,"max":40}})");
}

TEST_CASE("summary: latency that nobody stamped is said to be unknown") {
    const ctl::Latency latency;
    const Summary summary{.samples = 1, .taking = Summary::Taking{.latency = &latency}};
    CHECK(
        ctl::to_line(summary).ends_with("latency unknown: the samples carry no time (pub --time)"));
    CHECK_FALSE(ctl::to_json(summary).contains("latency_ns"));
}
