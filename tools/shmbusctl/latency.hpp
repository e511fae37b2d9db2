// How long samples took: a histogram of fixed size, so that a run of any length can be measured.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace ctl {

/// Nanoseconds counted in buckets: exact below 64, then 64 to each power of two, so that a quantile
/// is within 1 % of the truth. The greatest value is kept exactly.
class Latency {
public:
    void note(std::uint64_t nanoseconds) noexcept {
        ++buckets_[bucket(nanoseconds)];
        ++count_;
        max_ = std::max(max_, nanoseconds);
    }

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t max() const noexcept { return max_; }
    /// The value that a share `part` (0 to 1) of all do not exceed; 0 when there are none.
    [[nodiscard]] std::uint64_t quantile(double part) const noexcept;

private:
    static constexpr unsigned bits = 6;  // 64 buckets an octave
    static constexpr std::size_t buckets = (64 - bits + 1) << bits;

    [[nodiscard]] static constexpr std::size_t bucket(std::uint64_t value) noexcept {
        if (value >> bits == 0) return value;
        const auto shift = static_cast<unsigned>(std::bit_width(value)) - bits - 1;
        return (std::size_t{shift} << bits) + (value >> shift);
    }
    [[nodiscard]] static std::uint64_t middle(std::size_t bucket) noexcept;

    std::array<std::uint64_t, buckets> buckets_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace ctl
