#include "child_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace bench {
namespace {

// In the child: becomes the program, or tells why not.
[[noreturn]] void become(std::vector<char*>& words, const std::string& log, int inherited,
                         int faults) {
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (file >= 0 && nothing >= 0) {
        ::dup2(nothing, STDIN_FILENO);
        ::dup2(file, STDOUT_FILENO);
        ::dup2(file, STDERR_FILENO);
        ::unsetenv("NOTIFY_SOCKET");  // is for whoever runs this process
        if (inherited >= 0) ::fcntl(inherited, F_SETFD, 0);
        ::execvp(words[0], words.data());
    }
    const int fault = errno;
    (void)!::write(faults, &fault, sizeof fault);
    ::_exit(127);
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> arguments, const std::string& log,
                           int inherited) {
    std::vector<char*> words;
    for (auto& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    std::array<int, 2> faults{};
    if (::pipe2(faults.data(), O_CLOEXEC) != 0)
        throw std::system_error{errno, std::system_category(), "pipe2"};
    const ::pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent) ::_exit(127);
        become(words, log, inherited, faults[1]);
    }
    ::close(faults[1]);
    await_start(faults[0], arguments.front());
}

// Until the program runs, which closes the other end of `faults`.
void ChildProcess::await_start(int faults, const std::string& program) {
    int fault = pid_ < 0 ? errno : 0;
    ::ssize_t got = pid_ > 0 ? -1 : 0;
    while (got < 0 && (got = ::read(faults, &fault, sizeof fault)) < 0 && errno == EINTR) {
    }
    if (got == sizeof fault) ::waitpid(pid_, nullptr, 0);
    ::close(faults);
    if (fault != 0) throw std::system_error{fault, std::system_category(), program};
}

ChildProcess::~ChildProcess() {
    ::kill(pid_, SIGTERM);
    for (int i = 0; i < 300 && running(); ++i) {
        const ::timespec nap{0, 10'000'000};
        ::nanosleep(&nap, nullptr);
    }
    if (running()) ::kill(pid_, SIGKILL);
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
