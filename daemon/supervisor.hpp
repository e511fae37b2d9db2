// Whoever started the daemon and watches over it, as sd_notify(3) reaches it: told when the daemon
// is ready, what it has, and, by a sign of life after each turn of the loop, that it is well.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "daemon/service.hpp"

namespace shmbusd {

class Supervisor {
public:
    using Time = std::chrono::steady_clock::time_point;

    Supervisor();

    void ready(const Service& service, Time now);
    void reloading();
    void stopping();
    enum class Turn { Idle, Busy };
    // To be called when a turn of the loop is complete, and no earlier. Busy: something happened.
    void turn_done(const Service& service, Time now, Turn turn);
    // How long the loop may sleep, as poll() takes it: milliseconds, or -1.
    [[nodiscard]] int longest_sleep(Time now) const noexcept;

private:
    std::chrono::microseconds alive_every_{0};  // 0: nobody asks for a sign of life
    Time alive_at_{};                           // when the next is due
    std::optional<Time> status_at_;             // when what happened is to be told
    Time told_at_{};
    std::string told_;
};

}  // namespace shmbusd
