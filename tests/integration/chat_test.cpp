// The chat among the examples, as several people at several keyboards would see it.
#include <array>
#include <csignal>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>
#include <bus/containers.hpp>

#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

namespace {

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            throw std::system_error{errno, std::system_category(), "pipe2"};
        reading = Descriptor{ends[0]};
        writing = Descriptor{ends[1]};
    }
    Descriptor reading;
    Descriptor writing;
};

// One of them at his keyboard.
class Person {
public:
    Person(Stage& stage, const std::string& name, const std::string& room = "hall")
        : program_{{"sh", "-c",
                    "SHMBUS_ADDRESS='" + stage.address() + "' exec " CHAT " " + name + " " + room +
                        " </proc/self/fd/" + std::to_string(keyboard_.reading.get())},
                   stage.bus().directory() / (name + "." + room),
                   keyboard_.reading.get()} {
        await_text("* in " + room + ": ");
    }
    void type(const std::string& line) {
        const auto text = line + '\n';
        REQUIRE(::write(keyboard_.writing.get(), text.data(), text.size()) ==
                static_cast<ssize_t>(text.size()));
    }
    void await_text(const std::string& text) {
        await("\"" + text + "\" in:\n" + screen(), [&] {
            if (screen().find(text) != std::string::npos) return true;
            if (!program_.process().running()) give_up(text + " of one that ended: " + screen());
            return false;
        });
    }
    [[nodiscard]] bool sees(const std::string& text) const {
        return screen().find(text) != std::string::npos;
    }
    [[nodiscard]] std::string screen() const { return program_.output(); }
    void kill() {
        program_.process().signal(SIGKILL);
        program_.process().await_end();
    }
    // The end of the input.
    int hang_up() {
        keyboard_.writing.close();
        return program_.process().await_end().code;
    }

private:
    Pipe keyboard_;
    Program program_;
};

}  // namespace

TEST_CASE("chat: what one says is heard in his room and in no other") {
    Stage stage;
    Person ann{stage, "ann"};
    Person ben{stage, "ben"};
    Person cleo{stage, "cleo", "attic"};
    ann.await_text("* ben has come");
    ann.type("hello, everybody");
    ben.await_text("ann: hello, everybody\n");
    cleo.type("anybody here?");
    cleo.type("/join hall");
    ben.await_text("* cleo has come");
    cleo.type("\x1b[2J here I am");
    ben.await_text("cleo:  [2J here I am\n");
    CHECK_FALSE(ben.sees("anybody"));
    CHECK_FALSE(ann.sees("ann: hello"));
    ann.type("goodbye");
    cleo.await_text("ann: goodbye\n");
    CHECK_FALSE(cleo.sees("hello"));
}

TEST_CASE("chat: a latecomer sees the last lines as they were said, and who is there") {
    Stage stage;
    Person ann{stage, "ann"};
    Person ben{stage, "ben"};
    for (int i = 1; i <= 30; ++i) {
        ann.type("line " + std::to_string(i));
        ben.await_text("ann: line " + std::to_string(i) + "\n");
    }
    ben.type("the last one");
    ann.await_text("ben: the last one\n");
    Person cleo{stage, "cleo"};
    CHECK(cleo.screen().find("ann: line 11\n") == 0);
    CHECK(cleo.screen().ends_with("ann: line 30\nben: the last one\n* in hall: ann, ben, cleo\n"));
    // Who comes and goes between two of ann's looks at the guests isn't told of.
    ann.await_text("* cleo has come");
    CHECK(cleo.hang_up() == 0);
    ann.await_text("* cleo has left");
}

TEST_CASE("chat: one that is killed disappears, also when nobody is left to see it") {
    Stage stage;
    Person ann{stage, "ann"};
    Person ben{stage, "ben"};
    ann.await_text("* ben has come");
    ben.kill();
    ann.await_text("* ben has left");
    ann.type("/who");
    ann.await_text("* in hall: ann\n* ben has come\n* ben has left\n* in hall: ann\n");
    ann.kill();
    Person cleo{stage, "cleo"};
    CHECK(cleo.screen().ends_with("* in hall: cleo\n"));
}

TEST_CASE("chat: whoever dies in the middle of a change, all who live are there again") {
    Stage stage;
    Person ann{stage, "ann"};
    Person ben{stage, "ben"};
    ann.await_text("* ben has come");
    Actor clumsy{"clumsy", [&](Cue& cue) {
                     bus::Region region{stage.connect(), "chat.guests", bus::Role::Writer};
                     bus::Containers board{region, "chat.guests"};
                     const auto change = board.change();
                     cue.stand("in the middle");
                 }};
    clumsy.expect("in the middle");
    clumsy.kill();
    Person cleo{stage, "cleo"};
    ben.await_text("* cleo has come");
    await("everybody to be there again", [&] {
        cleo.type("/who");
        return cleo.sees("* in hall: ann, ben, cleo\n");
    });
}
