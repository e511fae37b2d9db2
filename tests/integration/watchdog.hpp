// Every wait of a case is for an event, and ends in a failure that names the case when the event
// does not come.
#pragma once

#include <chrono>
#include <string>

#include <sched.h>

namespace integration {

// No wait takes longer. Far beyond what anything here needs, also on a busy machine.
inline constexpr std::chrono::seconds patience{30};

// The case that runs now.
[[nodiscard]] const std::string& current_case() noexcept;

// The case goes on: the time that a hanging one is given begins anew.
void keep_watch() noexcept;

// Throws: std::runtime_error, naming the case and what it waited for.
[[noreturn]] void give_up(const std::string& waited_for);

// Asks until `happened` says yes; for what no descriptor announces.
template <class Happened>
void await(const std::string& waited_for, Happened happened) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!happened()) {
        if (std::chrono::steady_clock::now() > deadline) give_up(waited_for);
        ::sched_yield();
    }
}

}  // namespace integration
