// shmbusctl top: in a terminal, with keys, and in batches.
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "tmux.hpp"
#include "watchdog.hpp"

using namespace integration;

namespace {

// A topic with a publisher and a subscriber that lags, and an empty one.
class Scene {
public:
    Scene() {
        connection.create_topic("camera/front", {.size = 64, .slots = 8});
        connection.create_topic("log", {.size = 64});
        publisher.emplace(connection, "camera/front");
        feed.emplace(connection, "camera/front");
        publish_cargo(*publisher, 1, 1, 4, 20);
    }

    [[nodiscard]] std::string top(const std::string& arguments = {}) const {
        return std::string{SHMBUSCTL} + " --address=" + stage.address() + " top " + arguments;
    }
    PrivateBus::Report shell(const std::string& line) {
        return stage.bus().run({"/bin/sh", "-c", line});
    }

    Stage stage;
    bus::Connection connection = stage.connect();
    std::optional<bus::BytesPublisher> publisher;
    std::optional<bus::BytesSubscriber> feed;
};

bool has(const std::string& text, const std::string& wanted) {
    return text.find(wanted) != std::string::npos;
}

}  // namespace

TEST_CASE("top: it shows regions, opens one, filters, sorts, pauses, helps and leaves") {
    if (!Tmux::present()) return;
    Scene scene;
    Tmux terminal{scene.stage.bus(), scene.top("--delay=100ms --sort=name"), 80, 24};
    const auto list = terminal.await_text("every 100ms");
    CHECK(has(list, "shmbusd "));
    CHECK(has(list, "2/1024 regions  2/4096 attachments"));
    CHECK(has(list, "camera/front   topic"));
    const auto pid = std::to_string(::getpid());
    CHECK(has(list, "slowest: " + pid));
    CHECK(has(list, "lag 4 of 8 slots"));
    terminal.press({"Enter"});
    const auto open = terminal.await_text("Esc back");
    CHECK(has(open, "publisher"));
    CHECK(has(open, "subscriber"));
    CHECK(has(open, pid));
    terminal.press({"Escape"});
    terminal.await_text("Enter open");
    terminal.press({"/", "l", "o", "g"});
    CHECK_FALSE(has(terminal.await_text("1 region by name, with \"log\""), "camera"));
    terminal.press({"Escape"});
    terminal.await_text("2 regions by name");
    terminal.press({"s", "r"});
    terminal.await_text("2 regions by kind, reversed");
    terminal.press({"p"});
    terminal.await_text("PAUSED");
    terminal.press({"h"});
    terminal.await_text("any key goes back");
    terminal.press({"x"});
    terminal.await_text("Enter open");
    terminal.press({"q"});
    terminal.await_text("it ended with 0");
}

TEST_CASE("top: it follows the size of the terminal") {
    if (!Tmux::present()) return;
    Scene scene;
    Tmux terminal{scene.stage.bus(), scene.top("--delay=100ms"), 80, 24};
    CHECK_FALSE(has(terminal.await_text("every 100ms"), "LAST MINUTE"));
    terminal.resize(160, 40);
    terminal.await_text("LAST MINUTE");
    terminal.resize(40, 10);
    terminal.await_text("s sort  r r~");
}

TEST_CASE("top: it waits for the next daemon when one dies, and goes on") {
    if (!Tmux::present()) return;
    Scene scene;
    Tmux terminal{scene.stage.bus(), scene.top("--delay=100ms"), 80, 24};
    terminal.await_text("every 100ms");
    scene.stage.kill_daemon();
    CHECK(has(terminal.await_text("waiting for shmbusd"), "camera/front"));
    scene.stage.start_daemon();
    terminal.await_text("0/1024 regions");
    terminal.await_text("every 100ms");
    terminal.press({"q"});
    terminal.await_text("it ended with 0");
}

TEST_CASE("top: it does without colour where that is not wanted or not there") {
    if (!Tmux::present()) return;
    Scene scene;
    const std::string colour = "\033[33m";
    Tmux coloured{scene.stage.bus(), scene.top(), 80, 24};
    coloured.await_text("every 1s");
    coloured.press({"p"});
    coloured.await_text("PAUSED");
    CHECK(has(coloured.coloured_screen(), colour));
    coloured.press({"q"});
    coloured.await_text("it ended with 0");
    const auto check_plain = [&](const std::string& settings) {
        coloured.press({"C-c"});
        Scene other;
        Tmux plain{other.stage.bus(), "env " + settings + " " + other.top(), 80, 24};
        plain.await_text("every 1s");
        plain.press({"p"});
        plain.await_text("PAUSED");
        CHECK_FALSE(has(plain.coloured_screen(), colour));
    };
    check_plain("NO_COLOR=1");
    check_plain("TERM=vt100");
}

TEST_CASE("top: what cannot show a full screen is refused in one line") {
    Scene scene;
    const auto piped = scene.shell(scene.top() + " </dev/null");
    CHECK(piped.code == 1);
    CHECK(piped.text ==
          "shmbusctl: top: standard input and output must be a terminal; use --batch\n");
    if (!Tmux::present()) return;
    Tmux dumb{scene.stage.bus(), "TERM=dumb " + scene.top(), 120, 24};
    CHECK(has(dumb.await_text("it ended with 1"),
              "TERM=dumb: this terminal cannot place its cursor; use --batch"));
    Scene other;
    Tmux strange{other.stage.bus(), "TERM=nosuchthing " + other.top(), 120, 24};
    CHECK(has(strange.await_text("it ended with 1"),
              "TERM=nosuchthing: this terminal is not known here; use --batch"));
}

TEST_CASE("top: a batch is tables for scripts") {
    Scene scene;
    const auto text = scene.shell(scene.top("--batch -n 2 --delay=100ms --no-legend")).text;
    CHECK(has(text, "camera/front topic"));
    CHECK(has(text, " ####... "));
    CHECK(has(text, std::to_string(::getpid())));
    const auto one = scene.shell(scene.top("-b -n 1 --delay=100ms --filter=LOG --no-legend"));
    CHECK(one.code == 0);
    CHECK(one.text.starts_with("log topic"));
    const auto members = scene.shell(scene.top("camera/front -b -n 1 --delay=100ms")).text;
    CHECK(has(members, "ROLE"));
    CHECK(has(members, "subscriber"));
    CHECK(scene.shell(scene.top("none -b -n 1 --delay=100ms")).text ==
          "shmbusctl: none: no such region\n");
    CHECK(scene.shell(scene.top("--delay=1ms")).text ==
          "shmbusctl: --delay=1ms: must be from 100ms to 1h\n");
}

TEST_CASE("top: a batch in JSON is an object a line") {
    Scene scene;
    const auto report = scene.shell(scene.top("--json=short -n 2 --delay=100ms") +
                                    " | python3 -c 'import json, sys\n"
                                    "for line in sys.stdin:\n"
                                    "    told = json.loads(line)\n"
                                    "    one = {r[\"name\"]: r for r in told[\"regions\"]}\n"
                                    "    one = one[\"camera/front\"]\n"
                                    "    print(told[\"daemon\"][\"pid\"], one[\"lag\"],\n"
                                    "          one[\"rate\"][\"items\"], one[\"occupancy\"],\n"
                                    "          len(one[\"attachments\"]), one[\"slowest\"])'");
    const auto pid = std::to_string(scene.stage.daemon().pid());
    const auto line = pid + " 4 0.0 0.5 2 " + std::to_string(scene.feed->id()) + "\n";
    CHECK(report.text == line + line);
}
