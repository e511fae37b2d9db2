#include "victim.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <system_error>

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

namespace adversity {
namespace {

constexpr int mark_signal = SIGUSR1;
constexpr int call_stop = SIGTRAP | 0x80;  // by PTRACE_O_TRACESYSGOOD

// Where a process stands, and what a system call looks like there.
#if defined(__x86_64__)
std::uint64_t counter_of(const ::user_regs_struct& registers) { return registers.rip; }
bool is_call(std::uint64_t word) { return (word & 0xffff) == 0x050f; }
#elif defined(__aarch64__)
std::uint64_t counter_of(const ::user_regs_struct& registers) { return registers.pc; }
bool is_call(std::uint64_t word) { return (word & 0xffff'ffff) == 0xd400'0001; }
#else
#error "the counter's place among the registers of this machine is not known here"
#endif

[[noreturn]] void fail(const char* what) {
    throw std::system_error{errno, std::system_category(), what};
}

void permit_steps() {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) fail("PTRACE_TRACEME");
}

}  // namespace

Mark::Mark() : self_{::getpid()} {}

void Mark::operator()() const { ::kill(self_, mark_signal); }

Victim::Victim(const Part& part)
    : actor_{"victim", [&](integration::Cue&) {
                 permit_steps();
                 part(Mark{});
             }} {}

Victim::Stop Victim::resume(int request) {
    if (watched_ && ::ptrace(static_cast<__ptrace_request>(request), pid(), nullptr, signal_) != 0)
        fail("ptrace");
    signal_ = 0;
    ::siginfo_t info{};
    // Not taken: what became of it in the end is the actor's to take.
    while (::waitid(P_PID, static_cast<::id_t>(pid()), &info, WEXITED | WSTOPPED | WNOWAIT) != 0)
        if (errno != EINTR) fail("waitid");
    if (info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED) {
        actor_.expect("mark");  // throws what it said
        throw std::runtime_error{"the victim ends before its mark"};
    }
    if (!watched_ &&
        ::ptrace(PTRACE_SETOPTIONS, pid(), nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0)
        fail("PTRACE_SETOPTIONS");
    watched_ = true;
    if (info.si_status == mark_signal) return Stop::Mark;
    if (info.si_status == call_stop) return Stop::Call;
    if (info.si_status != SIGTRAP) signal_ = info.si_status;
    return Stop::Step;
}

void Victim::run_to_mark() {
    while (resume(PTRACE_CONT) != Stop::Mark) {
    }
}

// Both ends of a call halt it.
bool Victim::pass_call() {
    for (int ends = 0; ends < 2;) {
        const auto stop = resume(PTRACE_SYSCALL);
        if (stop == Stop::Mark) return false;
        ends += stop == Stop::Call;
    }
    return true;
}

bool Victim::run_to(const Place& place) {
    for (std::uint64_t i = 0; i < place.calls; ++i)
        if (!pass_call()) return false;
    for (std::uint64_t i = 0; i < place.steps; ++i)
        if (resume(PTRACE_SINGLESTEP) == Stop::Mark) return false;
    return true;
}

bool Victim::stands_before_call() const {
    ::user_regs_struct registers{};
    ::iovec place{&registers, sizeof registers};
    if (::ptrace(PTRACE_GETREGSET, pid(), NT_PRSTATUS, &place) != 0) fail("PTRACE_GETREGSET");
    errno = 0;
    const auto word = ::ptrace(PTRACE_PEEKTEXT, pid(), counter_of(registers), nullptr);
    return errno == 0 && is_call(static_cast<std::uint64_t>(word));
}

// The call by which it says that it is at its mark is no part of it.
Course Victim::measure(std::uint64_t most) {
    Course course;
    for (std::uint64_t total = 0; total < most; ++total) {
        const bool call = stands_before_call();
        if (resume(PTRACE_SINGLESTEP) == Stop::Mark) return course;
        ++course.instructions.back();
        if (call) course.instructions.push_back(0);
    }
    course.counted = false;
    while (pass_call()) course.instructions.push_back(0);
    std::ranges::fill(course.instructions, Course::nominal);
    return course;
}

std::uint64_t Course::length() const noexcept {
    return std::accumulate(instructions.begin(), instructions.end(), std::uint64_t{0});
}

Place Course::place(std::uint64_t instruction) const noexcept {
    Place place;
    while (place.calls + 1 < instructions.size() && instruction > instructions[place.calls])
        instruction -= instructions[place.calls++];
    place.steps = instruction;
    return place;
}

void Victim::kill() { actor_.kill(); }

bool stepping_permitted() {
    try {
        Victim victim{[](const Mark& mark) { mark(); }};
        victim.run_to_mark();
        victim.kill();
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

void bind_all_symbols(char** arguments) {
    constexpr const char* variable = "LD_BIND_NOW";
    if (std::getenv(variable) != nullptr) return;
    ::setenv(variable, "1", 1);
    ::execv("/proc/self/exe", arguments);
    fail("/proc/self/exe");
}

}  // namespace adversity
