// Descriptors on their way through sdbus-c++: the one place that knows its descriptor class, which
// in version 1.2 hands received descriptors over without close-on-exec.
#pragma once

#include <optional>
#include <vector>

#include <fcntl.h>

#include <sdbus-c++/sdbus-c++.h>

#include "base/system_call.hpp"
#include "base/unique_fd.hpp"

namespace bus::wire {

using WireFd = sdbus::UnixFd;

// A copy of the descriptor for a message, close-on-exec. Throws: Error SystemError.
[[nodiscard]] inline WireFd to_wire(int fd) {
    return WireFd{base::check(::fcntl(fd, F_DUPFD_CLOEXEC, 3), "descriptor", "F_DUPFD_CLOEXEC"),
                  sdbus::adopt_fd};
}

// None or one, as the "ah" of the interface.
[[nodiscard]] inline std::vector<WireFd> to_wire_list(int fd) {
    std::vector<WireFd> list;
    if (fd >= 0) list.push_back(to_wire(fd));
    return list;
}

// The descriptor of a received message, owned and close-on-exec.
[[nodiscard]] inline base::UniqueFd from_wire(WireFd&& received) {
    base::UniqueFd fd{received.release()};
    if (fd) base::check(::fcntl(fd.get(), F_SETFD, FD_CLOEXEC), "descriptor", "FD_CLOEXEC");
    return fd;
}

[[nodiscard]] inline base::UniqueFd from_wire_list(std::vector<WireFd>&& received) {
    return received.empty() ? base::UniqueFd{} : from_wire(std::move(received.front()));
}

}  // namespace bus::wire
