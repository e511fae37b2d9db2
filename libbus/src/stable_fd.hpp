// One descriptor for an event loop to watch for as long as a client lives, whichever eventfd wakes
// that at the time: an epoll instance is readable when what it watches is.
#pragma once

#include <string>

#include <sys/epoll.h>

#include "base/system_call.hpp"
#include "base/unique_fd.hpp"

namespace bus {

class StableFd {
public:
    // Watches this one from now on, and none that it watched before; -1 for none. Throws: Error
    // SystemError.
    void watch(int event, const std::string& name) {
        if (event < 0) return;
        if (!epoll_)
            epoll_ =
                base::UniqueFd{base::check(::epoll_create1(EPOLL_CLOEXEC), name, "epoll_create1")};
        if (watched_ >= 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watched_, nullptr);
        watched_ = -1;
        epoll_event wanted{.events = EPOLLIN, .data = {.fd = event}};
        base::check(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, event, &wanted), name, "epoll_ctl");
        watched_ = event;
    }
    [[nodiscard]] int get() const noexcept { return epoll_.get(); }

private:
    base::UniqueFd epoll_;
    int watched_ = -1;
};

}  // namespace bus
