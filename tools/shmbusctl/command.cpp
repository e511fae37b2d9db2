#include "command.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "failure.hpp"

namespace ctl {
namespace {

constexpr int cannot_run = 127;
constexpr int killed = 128;
constexpr int look = 100;  // milliseconds between looks at interrupted()
constexpr int grace = 10;  // looks between the word and the deed

class End {
public:
    End() = default;
    explicit End(int fd) noexcept : fd_{fd} {}
    End(End&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    End& operator=(End&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~End() { close(); }
    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] bool open() const noexcept { return fd_ >= 0; }
    void close() noexcept {
        if (open()) ::close(std::exchange(fd_, -1));
    }

private:
    int fd_ = -1;
};

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_failure("pipe", errno);
        reading = End{ends[0]};
        writing = End{ends[1]};
    }
    End reading;
    End writing;
};

// What posix_spawn needs to know, and forgets by itself.
struct Preparation {
    Preparation() {
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawnattr_init(&attributes);
        // Ignored here, it would be ignored there.
        ::sigset_t broken_pipe;
        ::sigemptyset(&broken_pipe);
        ::sigaddset(&broken_pipe, SIGPIPE);
        ::posix_spawnattr_setsigdefault(&attributes, &broken_pipe);
        // A group of its own: what it starts can hold its pipes open, and ends with it.
        ::posix_spawnattr_setpgroup(&attributes, 0);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    Preparation(const Preparation&) = delete;
    Preparation& operator=(const Preparation&) = delete;
    ~Preparation() {
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&actions);
    }
    void give(const End& end, int as) {
        ::posix_spawn_file_actions_adddup2(&actions, end.get(), as);
    }
    ::posix_spawn_file_actions_t actions;
    ::posix_spawnattr_t attributes;
};

// The last line of a text that comes in pieces; what is too long for a line's text is cut.
class LastLine {
public:
    void add(std::string_view text) {
        for (const char c : text) {
            if (c == '\n')
                ended_ = true;
            else if (std::exchange(ended_, false))
                line_.assign(1, c);
            else if (line_.size() < longest)
                line_ += c;
        }
    }
    [[nodiscard]] const std::string& text() const noexcept { return line_; }

private:
    static constexpr std::size_t longest = 1024;
    std::string line_;
    bool ended_ = false;
};

// One run, from its start to its end.
class Running {
public:
    Running(std::span<const std::byte> input, std::size_t most,
            const std::function<bool()>& interrupted)
        : rest_{input}, most_{most}, interrupted_{interrupted} {}

    [[nodiscard]] int start(const std::vector<std::string>& words) {
        std::vector<char*> arguments;
        for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        Preparation preparation;
        preparation.give(input_.reading, STDIN_FILENO);
        preparation.give(output_.writing, STDOUT_FILENO);
        preparation.give(errors_.writing, STDERR_FILENO);
        const int fault = ::posix_spawnp(&pid_, arguments.front(), &preparation.actions,
                                         &preparation.attributes, arguments.data(), environ);
        input_.reading.close();
        output_.writing.close();
        errors_.writing.close();
        for (const auto* end : {&input_.writing, &output_.reading, &errors_.reading})
            ::fcntl(end->get(), F_SETFL, O_NONBLOCK);
        return fault;
    }

    [[nodiscard]] CommandResult finish() {
        if (rest_.empty()) input_.writing.close();
        while (output_.reading.open() || errors_.reading.open()) turn();
        input_.writing.close();
        result_.code = await_end();
        result_.complaint = complaint_.text();
        return std::move(result_);
    }

private:
    // One wait, and what it brought.
    void turn() {
        std::array polled{::pollfd{input_.writing.get(), POLLOUT, 0},
                          ::pollfd{output_.reading.get(), POLLIN, 0},
                          ::pollfd{errors_.reading.get(), POLLIN, 0}};
        if (::poll(polled.data(), polled.size(), look) <= 0) return look_outside();
        if (polled[0].revents != 0) feed();
        if (polled[1].revents != 0) take_output();
        if (polled[2].revents != 0) take_errors();
    }

    void look_outside() {
        if (!interrupted_()) return;
        const int looks = looks_interrupted_++;
        if (looks == 0 || looks == grace) ::kill(-pid_, looks == 0 ? SIGTERM : SIGKILL);
    }

    // One that does not want all of its input is free not to read it.
    void feed() {
        const auto written = ::write(input_.writing.get(), rest_.data(), rest_.size());
        if (written > 0) rest_ = rest_.subspan(static_cast<std::size_t>(written));
        const bool over = written < 0 && errno != EAGAIN && errno != EINTR;
        if (rest_.empty() || over) input_.writing.close();
    }

    void take_output() {
        const auto bytes = take(output_.reading);
        result_.output.insert(result_.output.end(), bytes.begin(), bytes.end());
        if (result_.output.size() <= most_) return;
        result_.too_long = true;
        output_.reading.close();
        ::kill(-pid_, SIGKILL);
    }

    void take_errors() {
        const auto bytes = take(errors_.reading);
        complaint_.add({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        [[maybe_unused]] const auto passed_on = ::write(STDERR_FILENO, bytes.data(), bytes.size());
    }

    // What has come; closes the end when nothing more will.
    [[nodiscard]] std::span<const std::byte> take(End& end) {
        const auto got = ::read(end.get(), buffer_.data(), buffer_.size());
        if (got > 0) return {buffer_.data(), static_cast<std::size_t>(got)};
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) end.close();
        return {};
    }

    // Its pipes are closed, but it may go on.
    [[nodiscard]] int await_end() {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0) {
            if (errno != EINTR) throw system_failure("waitpid", errno);
            look_outside();
        }
        return WIFSIGNALED(status) ? killed + WTERMSIG(status) : WEXITSTATUS(status);
    }

    std::span<const std::byte> rest_;
    std::size_t most_;
    const std::function<bool()>& interrupted_;
    Pipe input_;
    Pipe output_;
    Pipe errors_;
    ::pid_t pid_ = -1;
    int looks_interrupted_ = 0;
    LastLine complaint_;
    CommandResult result_;
    std::array<std::byte, 64 * 1024> buffer_;
};

}  // namespace

Command::Command(std::vector<std::string> words, std::function<bool()> interrupted)
    : words_{std::move(words)}, interrupted_{std::move(interrupted)} {}

CommandResult Command::run(std::span<const std::byte> input, std::size_t most) const {
    Running running{input, most, interrupted_};
    const int fault = running.start(words_);
    if (fault == 0) return running.finish();
    if (fault == EAGAIN || fault == ENOMEM) throw system_failure(words_.front(), fault);
    return {
        .code = cannot_run,
        .output = {},
        .complaint = fmt::format("{}: {}", words_.front(), std::generic_category().message(fault))};
}

}  // namespace ctl
