// The tool's verbs for raw regions.
#include <chrono>
#include <string>

#include <unistd.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>
#include <bus/containers.hpp>

#include "board.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

namespace {

// What a shell says to this line, in which `ctl` is the tool on the stage's bus.
PrivateBus::Report shell(Stage& stage, const std::string& line) {
    const auto names =
        std::string{"export TOOL='"} + SHMBUSCTL + "' BUS='" + stage.address() + "'; ";
    const auto tool = std::string{"ctl() { \"$TOOL\" --address=\"$BUS\" \"$@\"; }; "};
    return stage.bus().run({"/bin/sh", "-c", names + tool + line});
}

void create(const Stage& stage, std::size_t size) {
    stage.connect().create_raw("board", {.size = size, .fence = bus::Fence::Full});
}

}  // namespace

TEST_CASE("tool: what is written into a raw region is read from it, by offset and length") {
    Stage stage;
    create(stage, 16);
    CHECK(shell(stage, "printf hello | ctl write board --offset=4").code == 0);
    const auto report = shell(stage, "ctl read board --offset=4 --length=5");
    CHECK(report.code == 0);
    CHECK(report.text == "hello");
}

TEST_CASE("tool: what goes beyond the end of a raw region is refused and changes nothing") {
    Stage stage;
    create(stage, 16);
    CHECK(shell(stage, "printf hello | ctl write board --offset=12").code == 1);
    CHECK(shell(stage, "ctl read board --offset=12 --length=5").code == 1);
    CHECK(shell(stage, "ctl read board --offset=17").code == 1);
    CHECK(shell(stage, "ctl read board | tr -d '\\000' | wc -c").text == "0\n");
}

TEST_CASE("tool: what a raw region has is dumped as hexdump -C would") {
    Stage stage;
    create(stage, 64);
    shell(stage, "printf 'hello, board' | ctl write board --offset=16");
    CHECK(shell(stage, "ctl dump board --hex").text ==
          "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n"
          "00000010  68 65 6c 6c 6f 2c 20 62  6f 61 72 64 00 00 00 00  |hello, board....|\n"
          "00000020  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n"
          "*\n"
          "00000040\n");
    CHECK(shell(stage, "ctl dump board --offset=23 --length=5").text ==
          "00000017  62 6f 61 72 64                                    |board|\n"
          "0000001c\n");
    CHECK(shell(stage, "ctl dump board --offset=60 --length=5").code == 1);
    CHECK(shell(stage, "ctl dump board --offset=16 --length=2 --json=short").text ==
          "{\"region\":\"board\",\"generation\":1,\"offset\":16,\"length\":2,\"hex\":\"6865\"}\n");
}

TEST_CASE(
    "tool: an editor gets the text without the zeros behind it, and what it makes is put in") {
    Stage stage;
    create(stage, 64);
    shell(stage, "printf 'hello, world' | ctl write board");
    auto reader = join_board(stage.connect(), bus::Role::Reader);
    const auto report = shell(stage, "EDITOR=\"sed -i s/hello/goodbye/\" ctl edit board");
    CHECK(report.text == "");
    CHECK(report.code == 0);
    CHECK(shell(stage, "ctl read board | tr -d '\\000'").text == "goodbye, world");
    CHECK(reader.wait_for(std::chrono::nanoseconds{0}));
    CHECK(shell(stage, "EDITOR=false VISUAL='sed -i s/.*/new/' ctl edit board --offset=9").code ==
          0);
    CHECK(shell(stage, "ctl read board | tr -d '\\000'").text == "goodbye, new");
    CHECK(shell(stage, "EDITOR='truncate --size=+1' ctl edit board --zeros --length=8").code == 1);
    CHECK(shell(stage, "ctl read board | wc -c").text == "64\n");
}

TEST_CASE("tool: an editor that changes nothing, or fails, leaves a raw region alone") {
    Stage stage;
    create(stage, 64);
    auto writer = join_board(stage.connect(), bus::Role::Writer);
    auto reader = join_board(stage.connect(), bus::Role::Reader);
    put(writer, 42);
    auto report = shell(stage, "EDITOR=true ctl edit board");
    CHECK(report.code == 0);
    CHECK(report.text == "shmbusctl: board: nothing was changed\n");
    CHECK(shell(stage, "EDITOR=true ctl edit board --quiet").text == "");
    report = shell(stage, "EDITOR='sh -c \"exit 3\"' ctl edit board");
    CHECK(report.code == 1);
    CHECK(report.text.find("exit code 3; nothing was changed") != std::string::npos);
    CHECK(shell(stage, "EDITOR='rm -f' ctl edit board").code == 1);
    CHECK_FALSE(reader.wait_for(std::chrono::nanoseconds{0}));
    CHECK(number_in(reader) == 42);
}

TEST_CASE("tool: what is edited while somebody else changes it is kept in a file, and not put in") {
    Stage stage;
    create(stage, 64);
    shell(stage, "printf 'mine' | ctl write board");
    const auto report = shell(
        stage,
        "export TMPDIR=$(mktemp -d); "
        "printf '#!/bin/sh\nprintf theirs | \"$TOOL\" --address=\"$BUS\" write board; "
        "printf lost > \"$1\"\n' > $TMPDIR/editor; chmod +x $TMPDIR/editor; "
        "EDITOR=$TMPDIR/editor ctl edit board; echo $?; cat $TMPDIR/shmbusctl.*; rm -r $TMPDIR");
    CHECK(report.text.find("board: somebody else changed it meanwhile; what was written is in ") !=
          std::string::npos);
    CHECK(report.text.ends_with("\n1\nlost"));
    CHECK(shell(stage, "ctl read board | tr -d '\\000'").text == "theirs");
}

TEST_CASE("tool: the status of a raw region says who has the lock and who waits for it") {
    Stage stage;
    create(stage, 64);
    CHECK(shell(stage, "ctl status board").text.find("Lock: free\n") != std::string::npos);
    auto holder = join_board(stage.connect(), bus::Role::Writer);
    const auto lock = holder.lock();
    Actor waiter{"waiter", [&](Cue& cue) {
                     bus::Region region{stage.connect(), "board", bus::Role::Reader};
                     cue.tell("joined");
                     const auto reading = region.lock();
                     cue.stand("reading");
                 }};
    waiter.expect("joined");
    await("the reader to wait", [&] { return stage.row_of("board", waiter.pid())->waiting; });
    const auto text = shell(stage, "ctl status board").text;
    INFO(text);
    const auto me = "(integration_raw, process " + std::to_string(::getpid()) + ")\n";
    const auto other = "(integration_raw, process " + std::to_string(waiter.pid()) + ")\n";
    CHECK(text.find("Lock: held by 1 " + me) != std::string::npos);
    CHECK(text.find("Waiting: 2 " + other) != std::string::npos);
    CHECK(text.find(" holds ") != std::string::npos);
    CHECK(text.find(" waits ") != std::string::npos);
    CHECK(text.find("Size: 64B, generation 1\n") != std::string::npos);
    const auto json = shell(stage, "ctl status board --json=short").text;
    CHECK(json.find("\"max_writers\":4") != std::string::npos);
    CHECK(json.find("\"holding\":true") != std::string::npos);
    CHECK(json.find("\"waiting\":true") != std::string::npos);
}

TEST_CASE("tool: the named objects of a raw region are listed with type and count") {
    Stage stage;
    create(stage, 64 * 1024);
    bus::Region region{stage.connect(), "board", bus::Role::Writer};
    bus::Containers board{region, "board"};
    board.change().make<bus::SharedVector<int>>("numbers").resize(3);
    const auto report = shell(stage, "ctl objects board --no-legend");
    CHECK(report.code == 0);
    CHECK(report.text.find("numbers") != std::string::npos);
    CHECK(report.text.find("vector<int>") != std::string::npos);
    CHECK(report.text.find("3") != std::string::npos);
}
