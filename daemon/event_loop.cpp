#include "daemon/event_loop.hpp"

#include <algorithm>
#include <array>
#include <csignal>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <bus/error.hpp>

#include "base/system_call.hpp"
#include "daemon/supervisor.hpp"

namespace shmbusd {

namespace {

// Of two times as poll() takes them.
int shorter(int one, int other) noexcept {
    if (one < 0 || other < 0) return std::max(one, other);
    return std::min(one, other);
}

}  // namespace

EventLoop::EventLoop() {
    sigset_t set{};
    ::sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, signal);
    bus::base::check(::sigprocmask(SIG_BLOCK, &set, nullptr), "signals", "sigprocmask");
    signals_ = bus::base::UniqueFd{
        bus::base::check(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signals", "signalfd")};
}

int EventLoop::read_signal() const {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return 0;
    return static_cast<int>(info.ssi_signo);
}

void EventLoop::run(Service& service, const std::function<void()>& reload) {
    Supervisor supervisor;
    supervisor.ready(service, Supervisor::Time::clock::now());
    auto turn = Supervisor::Turn::Busy;
    for (;;) {
        service.process();
        const auto now = Supervisor::Time::clock::now();
        supervisor.turn_done(service, now, turn);
        const auto data = service.connection().getEventLoopPollData();
        const auto sleep = shorter(data.getPollTimeout(), supervisor.longest_sleep(now));
        std::array polled{pollfd{.fd = data.fd, .events = data.events, .revents = 0},
                          pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0}};
        const int count = ::poll(polled.data(), polled.size(), sleep);
        if (count < 0 && errno != EINTR) bus::base::fail("event loop", "poll");
        turn = count > 0 ? Supervisor::Turn::Busy : Supervisor::Turn::Idle;
        if ((polled[0].revents & (POLLHUP | POLLERR)) != 0)
            throw bus::Error{bus::Errc::Disconnected, "the bus: it closed the connection"};
        while (const int signal = read_signal()) {
            if (signal != SIGHUP) {
                supervisor.stopping();
                return;
            }
            supervisor.reloading();
            reload();
            supervisor.ready(service, Supervisor::Time::clock::now());
        }
    }
}

}  // namespace shmbusd
