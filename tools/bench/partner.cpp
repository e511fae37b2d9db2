#include "partner.hpp"

#include <bit>
#include <cstring>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bench {
namespace {

// On a count's low half; a wait that ends for no reason is repeated by its caller.
void futex(Word& word, int operation, std::uint32_t value) noexcept {
    static_assert(std::endian::native == std::endian::little);
    ::syscall(SYS_futex, &word, operation, value, nullptr, nullptr, 0);
}

}  // namespace

void Partner::announce(const std::string& row) noexcept {
    if (first()) std::strncpy(stage_.row.data(), row.c_str(), stage_.row.size() - 1);
}

void Partner::meet() noexcept {
    auto& mine = stage_.arrived[static_cast<std::size_t>(side_)].word;
    auto& theirs = stage_.arrived[static_cast<std::size_t>(other(side_))].word;
    mine.store(++meetings_, std::memory_order_release);
    futex(mine, FUTEX_WAKE, 1);
    // Short waits spin, so that the cores stay awake between batches; long ones leave the core to
    // the daemon and the bus.
    int spins = 0;
    for (auto count = theirs.load(std::memory_order_acquire); count < meetings_;
         count = theirs.load(std::memory_order_acquire))
        if (++spins > 100'000) futex(theirs, FUTEX_WAIT, static_cast<std::uint32_t>(count));
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

std::string Partner::swap(const std::string& said) {
    auto& mine = stage_.words[static_cast<std::size_t>(side_)];
    const auto& theirs = stage_.words[static_cast<std::size_t>(other(side_))];
    mine[said.copy(mine.data(), mine.size() - 1)] = '\0';
    meet();
    std::string heard{theirs.data()};
    meet();
    return heard;
}

}  // namespace bench
