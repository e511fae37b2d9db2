#include "process.hpp"

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <string>
#include <system_error>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watchdog.hpp"

namespace integration {

Process::Process(::pid_t pid) : pid_{pid} {
    if (pid < 0) throw std::system_error{errno, std::system_category(), "fork"};
    pidfd_ = Descriptor{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
    if (pidfd_.get() < 0) throw std::system_error{errno, std::system_category(), "pidfd_open"};
}

Process::~Process() {
    if (reaped_) return;
    ::kill(pid_, SIGKILL);
    reap();
}

void Process::die_with_parent(::pid_t parent, int signal) noexcept {
    ::prctl(PR_SET_PDEATHSIG, signal);
    if (::getppid() != parent) ::_exit(127);  // it died before
}

bool Process::running() noexcept {
    pollfd polled{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
    return !reaped_ && ::poll(&polled, 1, 0) == 0;
}

void Process::signal(int number) const {
    if (reaped_) throw std::logic_error{"the process has ended already"};
    if (::kill(pid_, number) != 0) throw std::system_error{errno, std::system_category(), "kill"};
}

void Process::halt() const {
    signal(SIGSTOP);
    ::siginfo_t info{};
    while (::waitid(P_PID, static_cast<::id_t>(pid_), &info, WSTOPPED | WEXITED | WNOWAIT) != 0)
        if (errno != EINTR) throw std::system_error{errno, std::system_category(), "waitid"};
}

Ending Process::await_end() {
    if (reaped_) return ending_;
    pollfd polled{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
    const auto limit = std::chrono::milliseconds{patience}.count();
    if (::poll(&polled, 1, static_cast<int>(limit)) != 1)
        give_up("the end of process " + std::to_string(pid_));
    reap();
    return ending_;
}

void Process::reap() noexcept {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    reaped_ = true;
    if (WIFEXITED(status)) ending_.code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) ending_.signal = WTERMSIG(status);
}

}  // namespace integration
