// What went through pub or sub, as it is counted, and as it is told.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "json.hpp"

namespace ctl {

class Latency;

/// Counts samples. Reads the clock at the first one and when told that none follows for now, not
/// for each, so that waiting before and after the traffic does not count as part of it.
class Traffic {
public:
    void count(std::size_t bytes) noexcept {
        if (samples_ == 0) [[unlikely]]
            first_ = std::chrono::steady_clock::now();
        ++samples_;
        bytes_ += bytes;
    }
    /// Nothing follows the last sample for now.
    void pause() noexcept {
        if (samples_ != paused_at_) last_ = std::chrono::steady_clock::now();
        paused_at_ = samples_;
    }

    [[nodiscard]] std::uint64_t samples() const noexcept { return samples_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    /// From the first sample to the last pause.
    [[nodiscard]] double seconds() const noexcept;

private:
    std::uint64_t samples_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t paused_at_ = 0;  // samples
    std::chrono::steady_clock::time_point first_;
    std::chrono::steady_clock::time_point last_;
};

/// How a run of pub or sub ended up.
struct Summary {
    struct Taking {
        std::uint64_t missed = 0;  ///< overwritten before they were taken
        std::uint64_t skipped =
            0;  ///< passed over by --latest, those the publisher gave back included
        std::size_t publishers = 0;        ///< whose samples were taken
        const Latency* latency = nullptr;  ///< when it was measured
    };
    std::uint64_t samples = 0;
    std::uint64_t bytes = 0;
    double seconds = 0;
    std::optional<Taking> taking;  ///< sub's part
};

/// "latency median 1us, p99 2us, max 3us"
[[nodiscard]] std::string latency_line(const Latency& latency);
/// One line for people, without a newline.
[[nodiscard]] std::string to_line(const Summary& summary);
[[nodiscard]] Json to_json(const Summary& summary);

}  // namespace ctl
