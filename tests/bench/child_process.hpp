// A process that was started here and is ended here, by its id.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace bench {

class ChildProcess {
public:
    // Starts a program; its output and errors go to the file `log`. It gets `inherited` (or -1:
    // none) as the descriptor of the same number, and SIGTERM should this process die first.
    // Throws: std::system_error.
    ChildProcess(std::vector<std::string> arguments, const std::string& log, int inherited);
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    // Ends it: SIGTERM, and SIGKILL when that is not enough.
    ~ChildProcess();

    [[nodiscard]] bool running() noexcept;

private:
    ::pid_t pid_ = -1;
};

}  // namespace bench
