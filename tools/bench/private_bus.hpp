// A bus and a daemon of the bench's own, so that nothing on the machine is needed or touched.
#pragma once

#include <string>

#include <sys/types.h>

#include "bus_daemon.hpp"
#include "child_process.hpp"
#include "directory.hpp"

namespace bench {

class PrivateBus {
public:
    // Starts dbus-daemon and, on it, the program `shmbusd`. Throws: std::system_error,
    // std::runtime_error.
    explicit PrivateBus(const std::string& shmbusd);

    [[nodiscard]] const std::string& address() const noexcept { return bus_.address(); }
    // Of the bus itself.
    [[nodiscard]] ::pid_t bus_pid() const noexcept { return bus_.pid(); }
    // What the two said so far.
    [[nodiscard]] std::string log() const;

private:
    Directory directory_;
    BusDaemon bus_;
    ChildProcess daemon_;  // after bus_: ended before it
};

}  // namespace bench
