// What throughput rows carry: payloads whose every word follows from their number, and the tally by
// which the taking side knows that it got what was published.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bench {

inline constexpr std::size_t max_lanes = 4;

// Words base, base + 1, ...; the base is the number with its publisher's lane in the top byte.
template <std::size_t Words>
struct Cargo {
    static constexpr std::string_view bus_type_name = "bench.Cargo";
    std::array<std::uint64_t, Words> words;

    void write(std::uint64_t lane, std::uint64_t number) noexcept {
        const std::uint64_t base = lane << 56 | number;
        for (std::size_t i = 0; i < Words; ++i) words[i] = base + i;
    }
};

template <std::size_t Words>
class Tally {
public:
    // `each`: how many numbers (from 0) each lane counts.
    Tally(std::uint64_t lanes, std::uint64_t each) noexcept
        : open_{lanes}, lanes_{lanes}, last_{each - 1} {}

    void add(const Cargo<Words>& cargo) noexcept {
        const std::uint64_t base = cargo.words[0];
        const std::uint64_t number = base & ~(std::uint64_t{0xff} << 56);
        auto& next = next_[base >> 56 & (max_lanes - 1)];
        disorder_ += number < next;
        gaps_ += number - next;
        next = number + 1;
        bases_ += base;
        std::uint64_t sum = 0;
        for (const auto word : cargo.words) sum += word;
        words_ += sum;
        ++taken_;
        open_ -= number == last_;
    }

    // The last number of each lane has been taken.
    [[nodiscard]] bool complete() const noexcept { return open_ == 0; }
    [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }

    // How far the tally is from right, given what the bus says it missed.
    [[nodiscard]] std::uint64_t faults(std::uint64_t missed) const noexcept {
        const std::uint64_t expected = Words * bases_ + taken_ * (Words * (Words - 1) / 2);
        std::uint64_t faults = disorder_;
        if (words_ != expected) ++faults;
        if (gaps_ != missed) ++faults;
        if (taken_ + missed != lanes_ * (last_ + 1)) ++faults;
        return faults;
    }

private:
    std::uint64_t open_;
    std::uint64_t lanes_;
    std::uint64_t last_;
    std::uint64_t taken_ = 0;
    std::uint64_t bases_ = 0;
    std::uint64_t words_ = 0;
    std::uint64_t disorder_ = 0;
    std::uint64_t gaps_ = 0;
    std::array<std::uint64_t, max_lanes> next_{};
};

}  // namespace bench
