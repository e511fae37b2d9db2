#include "ping_pong.hpp"

#include <vector>

#include "statistics.hpp"

namespace bench {

// Relaxed would do for the limit itself; release and acquire cost nothing here and are what any
// message needs. No pause: it would add its own tens of nanoseconds.
void PingPong::bounce(std::uint64_t rounds) noexcept {
    for (std::uint64_t i = 0; i < rounds; ++i, value_ += 2) {
        if (side_ == Side::First) {
            ball_.store(value_ + 1, std::memory_order_release);
            while (ball_.load(std::memory_order_acquire) != value_ + 2) {
            }
        } else {
            while (ball_.load(std::memory_order_acquire) != value_ + 1) {
            }
            ball_.store(value_ + 2, std::memory_order_release);
        }
    }
}

double PingPong::one_way() {
    constexpr std::uint64_t rounds = 500;
    constexpr int batches = 40;
    bounce(rounds);
    std::vector<double> times;
    for (int i = 0; i < batches; ++i) {
        const double start = now();
        bounce(rounds);
        times.push_back((now() - start) / (2.0 * rounds));
    }
    return median(times);
}

}  // namespace bench
