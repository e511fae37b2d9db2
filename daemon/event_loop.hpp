// The one loop of the daemon: the bus, and the signals that end or reload it.
#pragma once

#include <functional>

#include "base/unique_fd.hpp"
#include "daemon/service.hpp"

namespace shmbusd {

class EventLoop {
public:
    // Blocks SIGTERM, SIGINT and SIGHUP for this process, to read them here. Throws: bus::Error
    // SystemError.
    EventLoop();

    // Runs until SIGTERM or SIGINT; `reload` answers SIGHUP. Throws: bus::Error Disconnected when
    // the bus goes away, and whatever a handler failed with.
    void run(Service& service, const std::function<void()>& reload);

private:
    // The next pending signal, or 0.
    [[nodiscard]] int read_signal() const;

    bus::base::UniqueFd signals_;
};

}  // namespace shmbusd
