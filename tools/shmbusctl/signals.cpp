#include "signals.hpp"

#include <csignal>
#include <initializer_list>

#include <sys/time.h>

namespace ctl {
namespace {

constexpr std::initializer_list<int> stopping{SIGINT, SIGTERM, SIGHUP};

void handle(int number, void (*handler)(int)) noexcept {
    struct ::sigaction action {};
    action.sa_handler = handler;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(number, &action, nullptr);
}

// As nohup and "&" in a script leave it.
bool is_ignored(int number) noexcept {
    struct ::sigaction action {};
    return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

Signals::Signals(Tick tick) {
    for (const int number : stopping)
        if (!is_ignored(number)) handle(number, &Signals::on_stop);
    handle(SIGPIPE, SIG_IGN);
    if (tick == Tick::None) return;
    handle(SIGALRM, &Signals::on_tick);
    constexpr ::timeval half_a_second{.tv_sec = 0, .tv_usec = 500'000};
    const ::itimerval timer{.it_interval = half_a_second, .it_value = half_a_second};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
}

void Signals::on_stop(int) noexcept { stop_.store(true, std::memory_order_relaxed); }
void Signals::on_tick(int) noexcept { tick_.store(true, std::memory_order_relaxed); }

}  // namespace ctl
