#include "call_tracer.hpp"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <map>
#include <set>
#include <stdexcept>
#include <system_error>

#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mark.hpp"

namespace bench {
namespace {

[[nodiscard]] std::system_error failure(const char* what) {
    return {errno, std::system_category(), what};
}

// Starts stopped, so that the tracer is there from the first instruction of the program.
[[nodiscard]] ::pid_t start_stopped(std::vector<std::string>& arguments) {
    std::vector<char*> words;
    for (auto& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    const ::pid_t child = ::fork();
    if (child < 0) throw failure("fork");
    if (child > 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::raise(SIGSTOP);
    ::execv("/proc/self/exe", words.data());
    ::_exit(127);
}

class Tracer {
public:
    explicit Tracer(::pid_t root) : root_{root} {}

    // Lets all processes run to their ends; the exit status of the first one.
    [[nodiscard]] int run() {
        for (int status = 0;;) {
            const ::pid_t thread = ::waitpid(-1, &status, __WALL);
            if (thread < 0 && errno == EINTR) continue;
            if (thread < 0) return outcome_;
            if (WIFSTOPPED(status)) {
                go_on(thread, status);
            } else if (thread == root_) {
                outcome_ = status;
            }
        }
    }

    [[nodiscard]] std::uint64_t calls() const noexcept { return calls_; }

private:
    void go_on(::pid_t thread, int status) {
        int signal = WSTOPSIG(status);
        if (signal == (SIGTRAP | 0x80)) look(thread);
        if (signal == (SIGTRAP | 0x80) || status >> 16 != 0) signal = 0;  // the tracer's own stops
        ::ptrace(PTRACE_SYSCALL, thread, nullptr, static_cast<long>(signal));
    }

    void look(::pid_t thread) {
        __ptrace_syscall_info info{};
        if (::ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0) return;
        if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
        const ::pid_t process = process_of(thread);
        const bool is_mark = info.entry.nr == SYS_prctl;
        if (is_mark && info.entry.args[0] == mark_begin) {
            marked_.insert(process);
        } else if (is_mark && info.entry.args[0] == mark_end) {
            marked_.erase(process);
        } else if (marked_.contains(process)) {
            ++calls_;
        }
    }

    [[nodiscard]] ::pid_t process_of(::pid_t thread) {
        if (const auto known = processes_.find(thread); known != processes_.end())
            return known->second;
        char line[256];
        int process = thread;
        const auto path = "/proc/" + std::to_string(thread) + "/status";
        if (std::FILE* file = std::fopen(path.c_str(), "re")) {
            while (std::fgets(line, sizeof line, file) != nullptr)
                if (std::sscanf(line, "Tgid: %d", &process) == 1) break;
            std::fclose(file);
        }
        return processes_[thread] = process;
    }

    ::pid_t root_;
    int outcome_ = 0;
    std::uint64_t calls_ = 0;
    std::set<::pid_t> marked_;
    std::map<::pid_t, ::pid_t> processes_;  // by thread
};

// While it lives, this thread may take the core from the processes that it traces: one of them
// spins on it for another that is stopped until this one comes round.
class AboveTraced {
public:
    AboveTraced() noexcept {
        ::sched_getparam(0, &before_);
        if (before_.sched_priority == 0) return;
        const ::sched_param above{.sched_priority = before_.sched_priority + 1};
        (void)::sched_setparam(0, &above);
    }
    AboveTraced(const AboveTraced&) = delete;
    AboveTraced& operator=(const AboveTraced&) = delete;
    ~AboveTraced() { (void)::sched_setparam(0, &before_); }

private:
    ::sched_param before_{};
};

void seize(::pid_t child) {
    constexpr long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                             PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    int status = 0;
    if (::waitpid(child, &status, WUNTRACED) != child) throw failure("waitpid");
    if (::ptrace(PTRACE_SEIZE, child, nullptr, options) == 0) {
        ::kill(child, SIGCONT);
        return;
    }
    const auto refused = failure("ptrace");
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    throw refused;
}

}  // namespace

std::uint64_t count_marked_calls(std::vector<std::string> arguments) {
    const ::pid_t child = start_stopped(arguments);
    const AboveTraced above;
    seize(child);
    Tracer tracer{child};
    const int outcome = tracer.run();
    if (!WIFEXITED(outcome) || WEXITSTATUS(outcome) != 0)
        throw std::runtime_error{"the counted run failed: " + arguments.at(1)};
    return tracer.calls();
}

}  // namespace bench
