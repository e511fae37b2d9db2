// shmbusctl bench, for the form of what it tells and for what it leaves behind; never for how fast
// anything is.
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <sched.h>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "private_bus.hpp"
#include "program.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;
using Json = nlohmann::json;

namespace {

// A machine's two cores are wanted; where a test may run on one only, the tool says so.
bool two_cores() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    return ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) > 1;
}

class Bench {
public:
    PrivateBus::Report run(std::vector<std::string> words) {
        words.insert(words.begin(), {"env", "TMPDIR=" + (bus_.directory() / ""), SHMBUSCTL, "bench",
                                     "--quick", "--plugins=/nonexistent"});
        return bus_.run(std::move(words));
    }
    Json results(const std::string& only) {
        const auto report = run({"--json=short", "--only=" + only});
        CAPTURE(report.text);
        REQUIRE(report.code == 0);
        return Json::parse(report.text).at("records");
    }
    [[nodiscard]] const Directory& directory() const { return bus_.directory(); }

private:
    PrivateBus bus_;  // for its directory; the bench starts another
};

std::size_t left_in(const std::string& folder, const std::string& word) {
    std::size_t left = 0;
    for (const auto& entry : std::filesystem::directory_iterator{folder})
        left += entry.path().filename().string().find(word) != std::string::npos;
    return left;
}

}  // namespace

TEST_CASE("bench: every transport carries its payloads whole, and each has its figures") {
    if (!two_cores()) return;
    Bench bench;
    const auto records = bench.results("* 32 B");
    CHECK(records.size() >= 9);
    for (const auto& record : records) {
        CAPTURE(record.dump());
        CHECK(record.at("size") == 32);
        CHECK(record.at("faults") == 0);
        for (const auto* figure : {"bare_ns", "one_way_ns", "low_ns", "high_ns", "rate", "cpu_ns"})
            CHECK(record.at(figure).get<double>() > 0);
        CHECK(record.contains("distance"));
    }
}

TEST_CASE("bench: calls are counted, none for a topic, one on each side of a pipe") {
    if (!two_cores()) return;
    Bench bench;
    const auto calls = [&](const std::string& transport) {
        const auto record = bench.results(transport + " 32 B calls").at(0);
        if (record.contains("note")) MESSAGE(record["note"]);
        return record.contains("calls") ? record["calls"].at("own").get<double>() : -1;
    };
    const auto pipe = calls("pipe");
    if (pipe < 0) return;  // tracing is not permitted here
    CHECK(pipe == 2);
    CHECK(calls("topic, spinning") == 0);
}

TEST_CASE("bench: on a running bus it leaves no region behind") {
    if (!two_cores()) return;
    Stage stage;
    const auto report = stage.bus().run({SHMBUSCTL, "--address=" + stage.address(), "bench",
                                         "--quick", "--only=topic, spinning 32 B"});
    CAPTURE(report.text);
    CHECK(report.code == 0);
    CHECK(report.text.find("topic, spinning") != std::string::npos);
    CHECK(stage.connect().regions().empty());
}

TEST_CASE("bench: stopped in the middle, it leaves nothing behind") {
    if (!two_cores()) return;
    Bench bench;
    const auto folder = bench.directory() / "tmp";
    std::filesystem::create_directory(folder);
    Program program{{"env", "TMPDIR=" + folder, SHMBUSCTL, "bench", "--plugins=/nonexistent",
                     "--only=pipe 8 MiB"},
                    bench.directory() / "log"};
    const auto label = "shmbus-bench-" + std::to_string(program.pid());
    // The pipes are there once both processes are at it.
    const auto begun = [&] {
        for (const auto& entry : std::filesystem::recursive_directory_iterator{folder})
            if (entry.path().filename() == "pong") return true;
        return false;
    };
    await("the first row", begun);
    program.process().signal(SIGINT);
    CHECK(program.process().await_end().code == 130);
    CHECK(std::filesystem::is_empty(folder));
    CHECK(left_in("/dev/shm", label) == 0);
}

TEST_CASE("bench: what an earlier run wrote is shown, drawn and compared without measuring") {
    if (!two_cores()) return;
    Bench bench;
    const auto file = bench.directory() / "old.json";
    const auto picture = bench.directory() / "latency.svg";
    REQUIRE(bench.run({"--only=pipe 32 B", "--json=short"}).code == 0);
    const auto shell =
        std::string{SHMBUSCTL} + " bench --quick --only='pipe 32 B' --json=short >" + file;
    PrivateBus bus;
    REQUIRE(bus.run({"/bin/sh", "-c", shell}).code == 0);
    const auto shown = bench.run({"--from=" + file, "--compare=" + file});
    CHECK(shown.code == 0);
    CHECK(shown.text.find("nothing changed beyond noise in") != std::string::npos);
    CHECK(bench.run({"--from=" + file, "--csv"}).text.starts_with("transport,model,size,"));
    const auto drawn = bench.run({"--from=" + file, "--plot=" + picture, "--theme=dark"});
    CAPTURE(drawn.text);
    if (installed("gnuplot")) {
        CHECK(drawn.code == 0);
        CHECK(std::filesystem::file_size(picture) > 1000);
    } else {
        CHECK(drawn.code == 1);
        CHECK(drawn.text.find("gnuplot-nox") != std::string::npos);
    }
}

TEST_CASE("bench: what cannot be done is said by name") {
    Bench bench;
    const auto said = [&](std::vector<std::string> words) {
        const auto report = bench.run(std::move(words));
        CHECK(report.code == 1);
        return report.text;
    };
    CHECK(said({"--only=nothing"}) == "shmbusctl: --only=nothing: matches nothing; see --list\n");
    CHECK(said({"--compare=/nonexistent"}).starts_with("shmbusctl: /nonexistent: "));
    CHECK(said({"--daemon=/nonexistent", "--only=pipe 32 B"}).find("/nonexistent") !=
          std::string::npos);
    PrivateBus bus;
    const auto report = bus.run({"env", "PATH=/nonexistent", SHMBUSCTL, "bench", "--only=pipe*"});
    CHECK(report.code == 1);
    CHECK(report.text.find("dbus-daemon") != std::string::npos);
}
