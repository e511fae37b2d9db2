#include "ping_pong.hpp"

#include <vector>

#include "statistics.hpp"

namespace bench {
namespace {

template <class Bounce>
[[nodiscard]] double median_one_way(Bounce bounce) {
    constexpr std::uint64_t rounds = 500;
    constexpr int batches = 60;
    bounce(rounds);
    std::vector<double> times;
    for (int i = 0; i < batches; ++i) {
        const double start = now();
        bounce(rounds);
        times.push_back((now() - start) / (2.0 * rounds));
    }
    return median(times);
}

void await(const Word& word, std::uint64_t value) noexcept {
    while (word.load(std::memory_order_acquire) != value) {
    }
}

}  // namespace

// Relaxed would do for the limit itself; release and acquire cost nothing here and are what any
// message needs. No pause: it would add its own tens of nanoseconds.
void PingPong::bounce(std::uint64_t rounds) noexcept {
    for (std::uint64_t i = 0; i < rounds; ++i, value_ += 2) {
        if (side_ == Side::First) {
            ball_.store(value_ + 1, std::memory_order_release);
            await(ball_, value_ + 2);
        } else {
            await(ball_, value_ + 1);
            ball_.store(value_ + 2, std::memory_order_release);
        }
    }
}

void PingPong::bounce_pair(std::uint64_t rounds) noexcept {
    for (std::uint64_t i = 0; i < rounds; ++i) {
        ++pair_value_;
        if (side_ == Side::First) {
            out_.store(pair_value_, std::memory_order_release);
            await(in_, pair_value_);
        } else {
            await(in_, pair_value_);
            out_.store(pair_value_, std::memory_order_release);
        }
    }
}

double PingPong::one_way() {
    return median_one_way([this](std::uint64_t rounds) { bounce(rounds); });
}

double PingPong::pair_one_way() {
    return median_one_way([this](std::uint64_t rounds) { bounce_pair(rounds); });
}

}  // namespace bench
