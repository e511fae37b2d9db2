// The tool's verbs for services, with real pipes, and deaths of either side.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

namespace {

const std::string ctl = SHMBUSCTL;

PrivateBus::Report shell(Stage& stage, const std::string& line) {
    const auto names = "export TOOL='" + ctl + "' BUS='" + stage.address() + "'; ";
    const std::string tool = "ctl() { \"$TOOL\" --address=\"$BUS\" \"$@\"; }; ";
    return stage.bus().run({"/bin/sh", "-c", names + tool + line});
}

// `ctl serve` of a service that it makes itself, there as soon as this is.
class Serving {
public:
    Serving(Stage& stage, const std::string& options, std::vector<std::string> command,
            const std::string& name = "upper")
        : program_{words_of(stage, options, std::move(command), name),
                   stage.bus().directory() / ("serve." + name + options)} {
        await("the server", [&] {
            if (!program_.process().running())
                throw std::runtime_error{"serve ends at once: " + program_.output()};
            return stage.connect().contains(name) && stage.row_of(name, program_.pid());
        });
    }
    [[nodiscard]] Program& program() { return program_; }
    Ending end(int signal) {
        program_.process().signal(signal);
        return program_.process().await_end();
    }

private:
    static std::vector<std::string> words_of(Stage& stage, const std::string& option,
                                             std::vector<std::string> command,
                                             const std::string& name) {
        std::vector<std::string> words{ctl, "--address=" + stage.address(), "serve", name,
                                       "--create"};
        if (!option.empty()) words.push_back(option);
        words.emplace_back("--");
        words.insert(words.end(), command.begin(), command.end());
        return words;
    }
    Program program_;
};

std::vector<std::string> sh(const std::string& line) { return {"sh", "-c", line}; }

}  // namespace

TEST_CASE("call: any program is a server, and what goes in comes back changed") {
    Stage stage;
    Serving server{stage, "", {"tr", "a-z", "A-Z"}};
    auto report = shell(stage, "printf 'hello, service' | ctl call upper");
    CHECK(report.text == "HELLO, SERVICE");
    CHECK(report.code == 0);
    CHECK(shell(stage, "ctl call upper </dev/null").code == 0);
    report = shell(stage, "echo again | ctl call upper --repeat=3 --latency");
    CHECK(report.text.starts_with("AGAIN\nAGAIN\nAGAIN\n3 calls, latency median "));
    CHECK(server.end(SIGTERM).code == 0);
}

TEST_CASE("call: a whole request of any bytes goes through, and one byte more is refused") {
    Stage stage;
    Serving server{stage, "--size=100K", {"cat"}, "echo"};
    const auto file = stage.bus().directory() / "bytes";
    const auto check = [&](const std::string& bytes) {
        return shell(stage, "head -c " + bytes + " /dev/urandom >" + file + "; ctl call echo <" +
                                file + " | cmp - " + file);
    };
    CHECK(check("102400").text == "");
    CHECK(check("1").text == "");
    const auto report = shell(stage, "head -c 102401 /dev/zero | ctl call echo");
    CHECK(report.code == 1);
    CHECK(report.text ==
          "shmbusctl: echo: the input is longer than the service's largest request "
          "of 102400 bytes\n");
}

TEST_CASE("call: a command that fails refuses with its exit code and its last line") {
    Stage stage;
    Serving server{stage, "", sh("echo first >&2; echo 'no such word' >&2; exit 3")};
    const auto report = shell(stage, "echo x | ctl call upper");
    CHECK(report.code == 1);
    CHECK(report.text == "shmbusctl: upper: refused with code 3: no such word\n");
    await("the server to have passed it on",
          [&] { return server.program().output() == "first\nno such word\n"; });
}

TEST_CASE("call: a command that is not there, is killed, or answers too much refuses as well") {
    Stage stage;
    Serving none{stage, "", {"/no/such/program"}, "none"};
    Serving killed{stage, "", sh("kill -9 $$"), "killed"};
    Serving large{stage, "--size=1K", sh("yes | head -c 1025"), "large"};
    CHECK(shell(stage, "echo x | ctl call none").text ==
          "shmbusctl: none: refused with code 127: /no/such/program: No such file or directory\n");
    CHECK(shell(stage, "echo x | ctl call killed").text ==
          "shmbusctl: killed: refused with code 137\n");
    CHECK(shell(stage, "echo x | ctl call large").text ==
          "shmbusctl: large: the server's response was larger than the service's largest: more "
          "than 1024 bytes\n");
}

TEST_CASE("call: without a server, or with one that does not answer, it gives up in time") {
    Stage stage;
    stage.connect().create_service("lonely", {.size = 64});
    CHECK(shell(stage, "echo x | ctl call lonely --timeout=50ms").text ==
          "shmbusctl: lonely: no answer within 50ms: it has no server\n");
    Serving slow{stage, "", sh("tail -f /dev/null"), "slow"};
    CHECK(shell(stage, "echo x | ctl call slow --timeout=50ms").text ==
          "shmbusctl: slow: no answer within 50ms\n");
    CHECK(shell(stage, "echo x | ctl call nowhere").code == 1);
}

TEST_CASE("call: a server that dies with the request in its hands is told to the client") {
    Stage stage;
    const auto mark = stage.bus().directory() / "began";
    Serving server{stage, "", sh("touch " + mark + "; exec tail -f /dev/null")};
    Program client{
        {"sh", "-c", "echo x | " + ctl + " --address=" + stage.address() + " call upper"},
        stage.bus().directory() / "client"};
    await("the command to begin", [&] { return std::filesystem::exists(mark); });
    CHECK(server.end(SIGKILL).signal == SIGKILL);
    CHECK(client.process().await_end().code == 1);
    CHECK(client.output() ==
          "shmbusctl: upper: its server has gone; whether it had begun with the request is "
          "unknown\n");
}

TEST_CASE("call: a client that dies is nothing to its server, which serves the next") {
    Stage stage;
    const auto mark = stage.bus().directory() / "began";
    const auto go = stage.bus().directory() / "go";
    Serving server{stage, "", sh("touch " + mark + "; while ! [ -e " + go + " ]; do :; done; cat")};
    {
        Program client{
            sh("exec " + ctl + " --address=" + stage.address() + " call upper </dev/null"),
            stage.bus().directory() / "client"};
        await("the command to begin", [&] { return std::filesystem::exists(mark); });
        client.process().signal(SIGKILL);
        client.process().await_end();
    }
    std::ofstream{go} << "on";
    CHECK(shell(stage, "printf next | ctl call upper").text == "next");
}

TEST_CASE("serve: it ends cleanly when asked, also in the middle of a request") {
    Stage stage;
    for (const int signal : {SIGINT, SIGTERM}) {
        const auto name = "service" + std::to_string(signal);
        const auto mark = stage.bus().directory() / name;
        Serving server{stage, "", sh("touch " + mark + "; exec tail -f /dev/null"), name};
        Program client{
            {"sh", "-c", "echo x | " + ctl + " --address=" + stage.address() + " call " + name},
            stage.bus().directory() / ("client" + name)};
        await("the command to begin", [&] { return std::filesystem::exists(mark); });
        CHECK(server.end(signal).code == 0);
        CHECK(client.process().await_end().code == 1);
        CHECK(client.output() == "shmbusctl: " + name + ": refused with code 143\n");
    }
}

TEST_CASE("serve: it ends after as many requests as it was told, and another one takes over") {
    Stage stage;
    Serving first{stage, "--count=2", {"tr", "a", "1"}};
    Program second{
        {ctl, "--address=" + stage.address(), "serve", "upper", "--standby", "--", "tr", "a", "2"},
        stage.bus().directory() / "second"};
    await("the second to stand by", [&] {
        const auto row = stage.row_of("upper", second.pid());
        return row && row->state == bus::State::Standby;
    });
    CHECK(shell(stage, "printf a | ctl call upper --repeat=2").text == "11");
    CHECK(first.program().process().await_end().code == 0);
    CHECK(shell(stage, "printf a | ctl call upper").text == "2");
}

TEST_CASE("serve: a second one is refused, and options of a service need --create") {
    Stage stage;
    Serving first{stage, "", {"cat"}};
    CHECK(shell(stage, "ctl serve upper -- cat").code == 1);
    CHECK(shell(stage, "ctl serve other --depth=3 -- cat").code == 1);
    CHECK(shell(stage, "ctl serve other").text.find("COMMAND") != std::string::npos);
    CHECK(shell(stage,
                "ctl serve made --create --depth=3 --size=2K --count=1 -- cat & "
                "until printf hi | ctl call made 2>/dev/null; do :; done; wait; "
                "ctl status made | grep -c 'up to 2K'")
              .text == "hi1\n");
}

TEST_CASE("call: whoever stops reading ends it without a word") {
    Stage stage;
    Serving server{stage, "", sh("cat; head -c 60000 /dev/zero")};
    const auto report = shell(stage, "echo first | ctl call upper --repeat=1000 | head -n 1");
    CHECK(report.text == "first\n");
}
