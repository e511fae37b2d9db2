#include "base/event.hpp"

#include <array>
#include <cstdint>
#include <string_view>

#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/system_call.hpp"

namespace bus::base {
namespace {

// TFD_IOC_SET_TICKS: it has run out so often. Its header and <sys/timerfd.h> exclude each other.
constexpr unsigned long set_ticks = _IOW('T', 0, std::uint64_t);

}  // namespace

UniqueFd make_event(const std::string& name) {
    return UniqueFd{check(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), name,
                          "timerfd_create")};
}

bool is_event(int fd) noexcept {
    constexpr std::string_view expected = "anon_inode:[timerfd]";
    std::array<char, 64> target{};
    const auto path = "/proc/self/fd/" + std::to_string(fd);
    const auto size = ::readlink(path.c_str(), target.data(), target.size());
    return size > 0 && expected == std::string_view{target.data(), static_cast<std::size_t>(size)};
}

void post_event(int fd) noexcept {
    const std::uint64_t once = 1;
    if (::ioctl(fd, set_ticks, &once) == 0) return;
    // A kernel without checkpoints: fifty times as dear, because a clock is set and runs out.
    const itimerspec now{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_nsec = 1}};
    ::timerfd_settime(fd, 0, &now, nullptr);
}

void drain_event(int fd) noexcept {
    const itimerspec never{};
    ::timerfd_settime(fd, 0, &never, nullptr);
}

}  // namespace bus::base
