#include "pager.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "failure.hpp"

namespace ctl {
namespace {

// Minimal systems have no less.
constexpr auto fallback = "if command -v less >/dev/null 2>&1; then exec less; else exec cat; fi";

std::string pager_command() {
    for (const char* variable : {"SYSTEMD_PAGER", "PAGER"}) {
        const char* value = std::getenv(variable);
        if (value != nullptr) return value;
    }
    return fallback;
}

// Ctrl-C is the pager's while it runs.
class InterruptIgnored {
public:
    InterruptIgnored() noexcept : before_{std::signal(SIGINT, SIG_IGN)} {}
    ~InterruptIgnored() { std::signal(SIGINT, before_); }
    InterruptIgnored(const InterruptIgnored&) = delete;
    InterruptIgnored& operator=(const InterruptIgnored&) = delete;

private:
    void (*before_)(int);
};

}  // namespace

void write_out(std::string_view text) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (!written || std::fflush(stdout) != 0) throw system_failure("standard output", errno);
}

void show_paged(std::string_view text) {
    const auto command = pager_command();
    if (command.empty() || command == "cat") return write_out(text);
    // Quits when all fits on one screen. No shell from within: the tool may run by sudo.
    const char* less = std::getenv("SYSTEMD_LESS");
    ::setenv("LESS", less != nullptr ? less : "FRXMK", 1);
    ::setenv("LESSSECURE", "1", 1);
    std::signal(SIGPIPE, SIG_IGN);  // a pager may be left before it has read all
    const InterruptIgnored ignored;
    std::FILE* pipe = ::popen(command.c_str(), "we");
    if (pipe == nullptr) return write_out(text);
    std::fwrite(text.data(), 1, text.size(), pipe);
    constexpr int not_found = 127 << 8;
    if (::pclose(pipe) == not_found) write_out(text);
}

}  // namespace ctl
