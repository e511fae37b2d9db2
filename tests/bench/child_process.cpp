#include "child_process.hpp"

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace bench {

ChildProcess::ChildProcess(std::vector<std::string> arguments, const std::string& log,
                           int inherited) {
    std::vector<char*> words;
    for (auto& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    const ::pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) throw std::system_error{errno, std::system_category(), "fork"};
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(127);
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file >= 0) {
        ::dup2(file, STDOUT_FILENO);
        ::dup2(file, STDERR_FILENO);
    }
    if (inherited >= 0) ::fcntl(inherited, F_SETFD, 0);
    ::execvp(words[0], words.data());
    ::_exit(127);
}

ChildProcess::~ChildProcess() {
    ::kill(pid_, SIGTERM);
    for (int i = 0; i < 300 && running(); ++i) {
        const ::timespec nap{0, 10'000'000};
        ::nanosleep(&nap, nullptr);
    }
    if (!running()) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

// An ended child stays until it is waited for, so its id cannot be another process's here.
bool ChildProcess::running() noexcept {
    ::siginfo_t info{};
    if (::waitid(P_PID, static_cast<::id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0)
        return false;
    return info.si_pid == 0;
}

}  // namespace bench
