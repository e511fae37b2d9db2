#include "results.hpp"

#include <doctest/doctest.h>

#include "fault.hpp"
#include "sample_results.hpp"

using bench::Distance;

TEST_CASE("results: JSON brings back what was written") {
    const auto results = sample::results();
    const auto again = ctl::parse_results("file", to_json(results).dump());
    CHECK(again.machine() == results.machine());
    CHECK(again.protection() == results.protection());
    CHECK(again.records() == results.records());
}

TEST_CASE("results: what is not a run of the bench is refused by its name") {
    for (const auto* text : {"", "[]", "{}", R"({"shmbus_bench": 2})", R"({"shmbus_bench": 1})"})
        CHECK(fault_of([&] { return ctl::parse_results("old.json", text); }) ==
              "old.json: not what shmbusctl bench --json wrote");
}

TEST_CASE("results: a disturbed record does not push out a good one, but the other way round") {
    ctl::Results results;
    auto disturbed = sample::carried("pipe", 32, 1);
    disturbed.disturbed = true;
    results.add(disturbed);
    CHECK(results.carried("pipe", 32, Distance::Near) == nullptr);
    results.add(sample::carried("pipe", 32, 2));
    results.add(disturbed);
    REQUIRE(results.records().size() == 1);
    CHECK(results.carried("pipe", 32, Distance::Near)->one_way == 2);
}

TEST_CASE("results: near and far are kept apart, the commonest first") {
    auto results = sample::results();
    auto far = sample::carried("pipe", 32, 8000);
    far.distance = Distance::Far;
    far.bare = 220;
    results.add(far);
    CHECK(results.distances() == std::vector{Distance::Near, Distance::Far});
    CHECK(results.carried("pipe", 32, Distance::Near)->one_way == 7000);
    CHECK(results.carried("pipe", 32, Distance::Far)->one_way == 8000);
    CHECK(results.bare(Distance::Near) == 60);
    CHECK(results.bare(Distance::Far) == 220);
    CHECK_FALSE(results.bare(Distance::Between));
}

TEST_CASE("results: CSV has a line a record, each with every column, commas in quotes") {
    const auto text = csv_of(sample::results());
    std::size_t lines = 0;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) ++lines;
    CHECK(lines == 1 + sample::results().records().size());
    CHECK(text.find("\"topic, spinning\",shared memory,32,near,0,60,70,68.6,71.4,,,") !=
          std::string::npos);
    CHECK(text.find("D-Bus,message passing,32,,0,0,,,,,,,,,5,9,5,9,,0,\n") != std::string::npos);
}
