// What the base tests observe of this process: its open descriptors, and how a forked child ends.
#pragma once

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bus::base {

// How many descriptors this process has open; the one that counts them is not counted.
[[nodiscard]] inline std::ptrdiff_t open_descriptors() {
    const std::filesystem::directory_iterator listing{"/proc/self/fd"};
    return std::distance(begin(listing), end(listing)) - 1;
}

[[nodiscard]] inline std::string proc_path(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

[[nodiscard]] inline bool is_open(int fd) { return std::filesystem::exists(proc_path(fd)); }

// Runs `body` in a forked child and answers its wait status. The child exits with what `body`
// returns and never runs this process's own clean-up.
template <class Body>
[[nodiscard]] int run_in_child(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
        // A fault is the expected end: neither a core file nor a sanitizer's report is wanted.
        const rlimit none{0, 0};
        ::setrlimit(RLIMIT_CORE, &none);
        ::signal(SIGSEGV, SIG_DFL);
        ::signal(SIGBUS, SIG_DFL);
        ::_exit(body());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

}  // namespace bus::base
