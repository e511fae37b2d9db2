// A program that is given bytes on standard input and asked what it makes of them.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace ctl {

/// What a run of it came to.
struct CommandResult {
    int code = 0;  ///< its exit code; 128 and the signal that killed it; 127: it cannot be run
    std::vector<std::byte> output;
    std::string
        complaint;  ///< the last line that it wrote to standard error, or why it did not run
    bool too_long = false;  ///< it wrote more than was wanted, and was ended for that
};

class Command {
public:
    /// `words` are the program, from PATH or by its path, and its arguments. `interrupted` is asked
    /// now and then, and after each signal; once it says yes, the program is told to end (SIGTERM),
    /// and when it has not a second later, made to (SIGKILL).
    Command(std::vector<std::string> words, std::function<bool()> interrupted);

    /// Runs it to its end with `input`; takes up to `most` bytes of its output. What it writes to
    /// standard error goes to this process's own too. Throws Failure when the system is short of
    /// what a process needs.
    [[nodiscard]] CommandResult run(std::span<const std::byte> input, std::size_t most) const;

private:
    std::vector<std::string> words_;
    std::function<bool()> interrupted_;
};

}  // namespace ctl
