#include "output.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <poll.h>
#include <sys/uio.h>

#include "failure.hpp"
#include "stream.hpp"

namespace ctl {
namespace {

constexpr std::size_t room = 256 * 1024;  // fits the second-level cache
constexpr std::size_t small = 16 * 1024;  // up to here the copy costs less than a system call
constexpr std::array newline_bytes{std::byte{'\n'}};

::iovec to_iovec(std::span<const std::byte> bytes) noexcept {
    return {const_cast<std::byte*>(bytes.data()), bytes.size()};
}

// Takes `written` bytes off the front of `parts`.
void drop_front(std::span<::iovec>& parts, std::size_t written) noexcept {
    while (!parts.empty() && written >= parts.front().iov_len) {
        written -= parts.front().iov_len;
        parts = parts.subspan(1);
    }
    if (parts.empty()) return;
    parts.front().iov_base = static_cast<std::byte*>(parts.front().iov_base) + written;
    parts.front().iov_len -= written;
}

}  // namespace

Output::Output(int fd, std::function<bool()> interrupted)
    : fd_{fd}, interrupted_{std::move(interrupted)} {
    gathered_.reserve(room);
    widen_pipe(fd);
}

bool Output::put(std::span<const std::byte> bytes, Newline newline) {
    const auto tail = newline == Newline::Appended ? std::span{newline_bytes}.subspan(0)
                                                   : std::span<const std::byte>{};
    if (bytes.size() > small) {
        const bool written = write_all(gathered_, bytes, tail);
        gathered_.clear();
        return written;
    }
    if (gathered_.size() + bytes.size() + tail.size() > room && !flush()) return false;
    gathered_.insert(gathered_.end(), bytes.begin(), bytes.end());
    gathered_.insert(gathered_.end(), tail.begin(), tail.end());
    return !closed_;
}

bool Output::flush() {
    if (gathered_.empty()) return !closed_;
    const bool written = write_all(gathered_);
    gathered_.clear();
    return written;
}

bool Output::reader_gone() const noexcept {
    ::pollfd entry{.fd = fd_, .events = 0, .revents = 0};
    return ::poll(&entry, 1, 0) == 1 && (entry.revents & (POLLERR | POLLHUP)) != 0;
}

bool Output::write_all(std::span<const std::byte> first, std::span<const std::byte> second,
                       std::span<const std::byte> third) {
    if (closed_) return false;
    std::array all{to_iovec(first), to_iovec(second), to_iovec(third)};
    std::span<::iovec> parts{all};
    drop_front(parts, 0);
    while (!parts.empty()) {
        const auto written = ::writev(fd_, parts.data(), static_cast<int>(parts.size()));
        if (written >= 0)
            drop_front(parts, static_cast<std::size_t>(written));
        else if (!goes_on_after(errno))
            return false;
    }
    return true;
}

bool Output::goes_on_after(int fault) {
    if (fault == EAGAIN)
        await(fd_, POLLOUT);
    else if (fault != EINTR && fault != EPIPE)
        throw system_failure("standard output", fault);
    closed_ = fault == EPIPE || !interrupted_();
    return !closed_;
}

}  // namespace ctl
