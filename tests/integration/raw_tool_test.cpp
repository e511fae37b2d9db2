// The tool's verbs for raw regions.
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>
#include <bus/containers.hpp>

#include "stage.hpp"

using namespace integration;

namespace {

// What a shell says to this line, in which `ctl` is the tool on the stage's bus.
PrivateBus::Report shell(Stage& stage, const std::string& line) {
    const auto tool = std::string{SHMBUSCTL} + " --address='" + stage.address() + "'";
    return stage.bus().run({"/bin/sh", "-c", "ctl() { " + tool + " \"$@\"; }; " + line});
}

}  // namespace

TEST_CASE("tool: what is written into a raw region is read from it, by offset and length") {
    Stage stage;
    stage.connect().create_raw("board", {.size = 16, .fence = bus::Fence::Full});
    CHECK(shell(stage, "printf hello | ctl write board --offset=4").code == 0);
    const auto report = shell(stage, "ctl read board --offset=4 --length=5");
    CHECK(report.code == 0);
    CHECK(report.text == "hello");
}

TEST_CASE("tool: what goes beyond the end of a raw region is refused and changes nothing") {
    Stage stage;
    stage.connect().create_raw("board", {.size = 16, .fence = bus::Fence::Full});
    CHECK(shell(stage, "printf hello | ctl write board --offset=12").code == 1);
    CHECK(shell(stage, "ctl read board --offset=12 --length=5").code == 1);
    CHECK(shell(stage, "ctl read board --offset=17").code == 1);
    CHECK(shell(stage, "ctl read board | tr -d '\\000' | wc -c").text == "0\n");
}

TEST_CASE("tool: the named objects of a raw region are listed with type and count") {
    Stage stage;
    stage.connect().create_raw("board", {.size = 64 * 1024, .fence = bus::Fence::Full});
    bus::Region region{stage.connect(), "board", bus::Role::Writer};
    bus::Containers board{region, "board"};
    board.change().make<bus::SharedVector<int>>("numbers").resize(3);
    const auto report = shell(stage, "ctl objects board --no-legend");
    CHECK(report.code == 0);
    CHECK(report.text.find("numbers") != std::string::npos);
    CHECK(report.text.find("vector<int>") != std::string::npos);
    CHECK(report.text.find("3") != std::string::npos);
}
