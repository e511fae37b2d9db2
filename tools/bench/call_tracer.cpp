#include "call_tracer.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <filesystem>
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

// The threads of a process that serves others too: traced for a while, then let go. Should this
// process die, the kernel lets them go.
class Bystander {
public:
    explicit Bystander(::pid_t process) {
        if (process == 0) return;
        const auto tasks = "/proc/" + std::to_string(process) + "/task";
        for (const auto& task : std::filesystem::directory_iterator{tasks}) {
            const auto thread = static_cast<::pid_t>(std::stol(task.path().filename().string()));
            if (::ptrace(PTRACE_SEIZE, thread, nullptr, long{PTRACE_O_TRACESYSGOOD}) != 0)
                throw failure("ptrace of the bus's daemon");
            threads_.insert(thread);
        }
        interrupt();
    }

    [[nodiscard]] bool has(::pid_t thread) const { return threads_.contains(thread); }
    // Makes them stop, for the tracer to go on with them.
    void interrupt() const {
        for (const auto thread : threads_) ::ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
    }

private:
    std::set<::pid_t> threads_;
};

class Tracer {
public:
    Tracer(::pid_t root, const Bystander& bystander) : root_{root}, bystander_{bystander} {}

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
                over_ = true;
                bystander_.interrupt();  // it is let go where it stops
            }
        }
    }

    [[nodiscard]] std::vector<MarkedCalls> calls() const { return calls_; }

private:
    void go_on(::pid_t thread, int status) {
        int signal = WSTOPSIG(status);
        const bool call = signal == (SIGTRAP | 0x80);
        if (call) look(thread);
        if (call || status >> 16 != 0) signal = 0;  // the tracer's own stops
        const bool leave = over_ && bystander_.has(thread);
        ::ptrace(leave ? PTRACE_DETACH : PTRACE_SYSCALL, thread, nullptr,
                 static_cast<long>(signal));
    }

    void look(::pid_t thread) {
        __ptrace_syscall_info info{};
        if (::ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0) return;
        if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
        if (bystander_.has(thread)) {
            if (!marked_.empty()) ++calls_.at(loops_ - 1).bystander;
            return;
        }
        const ::pid_t process = process_of(thread);
        const bool is_mark = info.entry.nr == SYS_prctl;
        if (is_mark && info.entry.args[0] == mark_begin) {
            begin(process);
        } else if (is_mark && info.entry.args[0] == mark_end) {
            marked_.erase(process);
        } else if (const auto loop = marked_.find(process); loop != marked_.end()) {
            ++calls_.at(loop->second).own;
        }
    }

    void begin(::pid_t process) {
        const auto loop = begun_[process]++;
        marked_[process] = loop;
        loops_ = std::max(loops_, loop + 1);
        calls_.resize(loops_);
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
    const Bystander& bystander_;
    bool over_ = false;
    int outcome_ = 0;
    std::size_t loops_ = 0;
    std::vector<MarkedCalls> calls_;         // by loop
    std::map<::pid_t, std::size_t> begun_;   // loops, by process
    std::map<::pid_t, std::size_t> marked_;  // the loop that a process is in
    std::map<::pid_t, ::pid_t> processes_;   // by thread
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

std::vector<MarkedCalls> count_marked_calls(std::vector<std::string> arguments, ::pid_t bystander) {
    const Bystander beside{bystander};
    const ::pid_t child = start_stopped(arguments);
    const AboveTraced above;
    seize(child);
    Tracer tracer{child, beside};
    const int outcome = tracer.run();
    if (!WIFEXITED(outcome) || WEXITSTATUS(outcome) != 0)
        throw std::runtime_error{"the counted run failed: " + arguments.at(1)};
    return tracer.calls();
}

}  // namespace bench
