// A program that was started here and is ended here, by its id.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace bench {

class ChildProcess {
public:
    // Starts a program from PATH or by its path; its output and errors go to the file `log`. It
    // gets `inherited` (or -1: none) as the descriptor of the same number, and SIGTERM should this
    // process die first. Throws: std::system_error, also when there is no such program.
    ChildProcess(std::vector<std::string> arguments, const std::string& log, int inherited);
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    // Ends it: SIGTERM, and SIGKILL when that is not enough.
    ~ChildProcess();

    [[nodiscard]] ::pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] bool running() noexcept;

private:
    void await_start(int faults, const std::string& program);

    ::pid_t pid_ = -1;
};

}  // namespace bench
