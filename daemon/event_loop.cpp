#include "daemon/event_loop.hpp"

#include <algorithm>
#include <array>
#include <csignal>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include <bus/error.hpp>

#include "base/system_call.hpp"

namespace shmbusd {

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
    ::sd_notifyf(0, "READY=1\nSTATUS=%s", service.status().c_str());
    for (;;) {
        service.process();
        const auto data = service.connection().getEventLoopPollData();
        std::array polled{pollfd{.fd = data.fd, .events = data.events, .revents = 0},
                          pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0}};
        if (::poll(polled.data(), polled.size(), data.getPollTimeout()) < 0 && errno != EINTR)
            bus::base::fail("event loop", "poll");
        if ((polled[0].revents & (POLLHUP | POLLERR)) != 0)
            throw bus::Error{bus::Errc::Disconnected, "the bus: it closed the connection"};
        while (const int signal = read_signal()) {
            if (signal != SIGHUP) {
                ::sd_notify(0, "STOPPING=1");
                return;
            }
            reload();
        }
    }
}

}  // namespace shmbusd
