#include "stream.hpp"

#include <fcntl.h>
#include <poll.h>

namespace ctl {

void widen_pipe(int fd) noexcept {
    constexpr int mebibyte = 1 << 20;
    // Only a pipe has a size to ask for, and one that is larger already is not to be shrunk.
    const int now = ::fcntl(fd, F_GETPIPE_SZ);
    if (now > 0 && now < mebibyte) ::fcntl(fd, F_SETPIPE_SZ, mebibyte);
}

void await(int fd, short events) noexcept {
    ::pollfd entry{.fd = fd, .events = events, .revents = 0};
    ::poll(&entry, 1, -1);
}

}  // namespace ctl
