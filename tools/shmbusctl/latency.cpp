#include "latency.hpp"

#include <cmath>

namespace ctl {

std::uint64_t Latency::middle(std::size_t bucket) noexcept {
    if (bucket >> bits == 0) return bucket;
    const auto shift = (bucket >> bits) - 1;
    const auto lowest = static_cast<std::uint64_t>(bucket - (shift << bits)) << shift;
    return lowest + ((std::uint64_t{1} << shift) >> 1);
}

std::uint64_t Latency::quantile(double part) const noexcept {
    if (count_ == 0) return 0;
    const auto rank = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_))));
    std::uint64_t passed = 0;
    for (std::size_t i = 0; i < buckets; ++i) {
        passed += buckets_[i];
        if (passed >= rank) return std::min(middle(i), max_);
    }
    return max_;
}

}  // namespace ctl
