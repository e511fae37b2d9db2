// A child process that ends with its case, whatever becomes of that.
#pragma once

#include <sys/types.h>

#include "descriptor.hpp"

namespace integration {

// How a process ended.
struct Ending {
    int code = -1;   // its exit code, or -1
    int signal = 0;  // that killed it, or 0
};

class Process {
public:
    // Takes over a child just forked.
    explicit Process(::pid_t pid);
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    // SIGKILL, and waits.
    ~Process();

    // To be called in the child of `parent` first of all: it gets `signal` when that dies.
    static void die_with_parent(::pid_t parent, int signal) noexcept;

    [[nodiscard]] ::pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] bool running() noexcept;
    void signal(int number) const;
    // SIGSTOP, and waits until it stands. It goes on with SIGCONT.
    void halt() const;
    // Waits for the end. Throws: std::runtime_error when it does not come.
    Ending await_end();

private:
    void reap() noexcept;

    ::pid_t pid_;
    Descriptor pidfd_;  // readable once it has ended
    bool reaped_ = false;
    Ending ending_;
};

}  // namespace integration
