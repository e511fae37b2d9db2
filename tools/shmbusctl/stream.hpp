// What standard input and output need besides read and write.
#pragma once

namespace ctl {

/// Asks a pipe at `fd` to hold 1 MiB, so that its two ends change over less often. Anything else,
/// or a pipe that may not grow, is left as it is.
void widen_pipe(int fd) noexcept;

/// After EAGAIN: a stream inherited from another program may be non-blocking. Waits until a signal,
/// or until one of `events` (of poll) is there.
void await(int fd, short events) noexcept;

}  // namespace ctl
