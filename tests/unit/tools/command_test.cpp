#include "command.hpp"

#include <csignal>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include <doctest/doctest.h>

namespace {

// The tool's own standard error would be in the way.
class Quiet {
public:
    Quiet() : kept_{::dup(STDERR_FILENO)} {
        std::signal(SIGPIPE, SIG_IGN);
        const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(nowhere, STDERR_FILENO);
        ::close(nowhere);
    }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;
    ~Quiet() {
        ::dup2(kept_, STDERR_FILENO);
        ::close(kept_);
        std::signal(SIGPIPE, SIG_DFL);
    }

private:
    int kept_;
};

ctl::CommandResult run(std::vector<std::string> words, std::string_view input = {},
                       std::size_t most = 1 << 20) {
    const Quiet quiet;
    const ctl::Command command{std::move(words), [] { return false; }};
    return command.run(std::as_bytes(std::span{input}), most);
}

ctl::CommandResult shell(const std::string& line, std::string_view input = {},
                         std::size_t most = 1 << 20) {
    return run({"sh", "-c", line}, input, most);
}

std::string text_of(const ctl::CommandResult& result) {
    return {reinterpret_cast<const char*>(result.output.data()), result.output.size()};
}

}  // namespace

TEST_CASE("command: what goes in comes out, in any amount") {
    CHECK(text_of(run({"cat"})) == "");
    CHECK(text_of(run({"tr", "a-z", "A-Z"}, "hello")) == "HELLO");
    const std::string much(900'000, 'x');
    CHECK(text_of(run({"cat"}, much)) == much);
}

TEST_CASE("command: one that does not want its input is no mistake") {
    const std::string much(900'000, 'x');
    const auto result = shell("echo enough", much);
    CHECK(result.code == 0);
    CHECK(text_of(result) == "enough\n");
}

TEST_CASE("command: the exit code of one that fails comes with its last line of complaint") {
    const auto result = shell("echo some; echo first >&2; echo 'the last' >&2; exit 3");
    CHECK(result.code == 3);
    CHECK(result.complaint == "the last");
    CHECK(shell("printf 'no end' >&2; exit 1").complaint == "no end");
    CHECK(shell("exit 1").complaint == "");
    CHECK(shell("yes | head -c 100000 | tr -d '\\n' >&2; exit 1").complaint.size() == 1024);
}

TEST_CASE("command: one that a signal kills has 128 and its number") {
    CHECK(shell("kill -9 $$").code == 128 + SIGKILL);
    CHECK(shell("kill -TERM $$").code == 128 + SIGTERM);
}

TEST_CASE("command: one that is not there, or is no program, says so") {
    const auto result = run({"/no/such/program"});
    CHECK(result.code == 127);
    CHECK(result.complaint == "/no/such/program: No such file or directory");
    CHECK(run({"/etc/passwd"}).complaint == "/etc/passwd: Permission denied");
}

TEST_CASE("command: one that writes too much is ended, however much it would write") {
    CHECK_FALSE(shell("printf 12345", {}, 5).too_long);
    CHECK(shell("printf 123456", {}, 5).too_long);
    CHECK(shell("yes", {}, 100'000).too_long);
}

TEST_CASE("command: a broken pipe kills it as it would in a shell") {
    CHECK(text_of(shell("yes | head -n 1")) == "y\n");
}

TEST_CASE("command: one that is interrupted is told to end, and made to when it does not listen") {
    const Quiet quiet;
    const auto interrupted = [](const std::string& line) {
        const ctl::Command command{{"sh", "-c", line}, [] { return true; }};
        return command.run({}, 100).code;
    };
    CHECK(interrupted("exec tail -f /dev/null") == 128 + SIGTERM);
    CHECK(interrupted("tail -f /dev/null; :") == 128 + SIGTERM);  // and what it has started
    CHECK(interrupted("trap '' TERM; while :; do :; done") == 128 + SIGKILL);
}
