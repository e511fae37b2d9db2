#include "daemon/supervisor.hpp"

#include <algorithm>

#include <systemd/sd-daemon.h>

namespace shmbusd {
namespace {

// A status that changes all the time is told this often.
constexpr std::chrono::seconds status_pause{1};

}  // namespace

Supervisor::Supervisor() {
    std::uint64_t limit = 0;
    if (::sd_watchdog_enabled(0, &limit) > 0) alive_every_ = std::chrono::microseconds{limit / 2};
}

void Supervisor::ready(const Service& service, Time now) {
    told_ = service.status();
    told_at_ = now;
    ::sd_notifyf(0, "READY=1\nSTATUS=%s", told_.c_str());
}

// systemd asks for the time, to tell this reload from an earlier one.
void Supervisor::reloading() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    const auto count = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    ::sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", static_cast<long long>(count));
}

void Supervisor::stopping() { ::sd_notify(0, "STOPPING=1"); }

void Supervisor::turn_done(const Service& service, Time now, Turn turn) {
    if (alive_every_.count() > 0 && now >= alive_at_) {
        ::sd_notify(0, "WATCHDOG=1");
        alive_at_ = now + alive_every_;
    }
    if (turn == Turn::Busy && !status_at_) status_at_ = std::max(now, told_at_ + status_pause);
    if (!status_at_ || now < *status_at_) return;
    status_at_.reset();
    told_at_ = now;
    const auto status = service.status();
    if (status == told_) return;
    told_ = status;
    ::sd_notifyf(0, "STATUS=%s", told_.c_str());
}

int Supervisor::longest_sleep(Time now) const noexcept {
    auto until = Time::max();
    if (alive_every_.count() > 0) until = alive_at_;
    if (status_at_) until = std::min(until, *status_at_);
    if (until == Time::max()) return -1;
    const auto left = std::max(until - now, Time::duration{0});
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
}

}  // namespace shmbusd
