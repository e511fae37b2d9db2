#include "partner.hpp"

#include <algorithm>
#include <cstring>

#include <time.h>

namespace bench {

void Partner::announce(const std::string& row) noexcept {
    if (first()) std::strncpy(stage_.row.data(), row.c_str(), stage_.row.size() - 1);
}

void Partner::meet() noexcept {
    const auto mine = static_cast<std::size_t>(side_);
    const auto theirs = static_cast<std::size_t>(other(side_));
    stage_.arrived[mine].word.store(++meetings_, std::memory_order_release);
    // Short waits spin, so that the cores stay awake between batches; long ones leave the core to
    // the daemon and the bus.
    int spins = 0;
    for (::timespec nap{0, 50'000};
         stage_.arrived[theirs].word.load(std::memory_order_acquire) < meetings_;) {
        if (++spins < 100'000) continue;
        ::nanosleep(&nap, nullptr);
        nap.tv_nsec = std::min(nap.tv_nsec * 2, 2'000'000L);
    }
}

std::uint64_t Partner::agree(std::uint64_t said) noexcept {
    if (first()) stage_.told = said;
    meet();
    const auto heard = stage_.told;
    meet();  // nobody overwrites it before both have read it
    return heard;
}

double Partner::hear(double said) noexcept {
    if (!first()) stage_.heard = said;
    meet();
    const double heard = stage_.heard;
    meet();
    return heard;
}

}  // namespace bench
