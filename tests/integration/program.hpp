// A program started for a case; what it says goes to a file.
#pragma once

#include <string>
#include <vector>

#include "process.hpp"

namespace integration {

class Program {
public:
    // Starts it from PATH or by its path. `inherited` (or -1) is the one descriptor it gets besides
    // the standard ones. It is asked to end, by SIGTERM, when this process dies.
    Program(std::vector<std::string> words, std::string log, int inherited = -1);
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    // SIGTERM, and SIGKILL when that is not enough.
    ~Program();

    [[nodiscard]] Process& process() noexcept { return process_; }
    [[nodiscard]] ::pid_t pid() const noexcept { return process_.pid(); }
    // SIGTERM, and waits.
    Ending terminate();
    // What it said so far, on both streams.
    [[nodiscard]] std::string output() const;

private:
    std::string log_;
    Process process_;
};

// Whether a program of this name is in PATH.
[[nodiscard]] bool installed(const std::string& name);

}  // namespace integration
