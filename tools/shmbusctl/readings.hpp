// What goes on, a second: the difference between two readings of the bus, made ready to be shown.
// Knows no bus and no screen.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <bus/activity.hpp>

#include "trail.hpp"

namespace ctl {

/// What passes, a second. Items are samples, requests, or in a raw region times that the lock was
/// had.
struct Rate {
    double items = 0;
    double bytes = 0;
};

struct AttachmentReading {
    bus::AttachmentInfo info;
    std::optional<Rate> rate;    ///< nothing after one reading alone
    std::uint64_t lag = 0;       ///< of a subscriber, in all that publishers have for it
    std::uint64_t furthest = 0;  ///< of these, behind any one publisher

    [[nodiscard]] bool active() const noexcept { return info.state == bus::State::Active; }
};

struct RegionReading {
    bus::RegionInfo region;
    std::uint32_t slots = 0;
    std::vector<AttachmentReading> attachments;
    std::optional<Rate> rate;     ///< of what is published, asked for, or locked
    std::uint64_t lag = 0;        ///< of the slowest
    double occupancy = 0;         ///< of the fullest ring or exchange, 0 to 1
    std::uint64_t missed = 0;     ///< by all that are here
    std::uint64_t stalls = 0;     ///< of all that are here
    std::uint64_t holds = 0;      ///< of all that are here
    std::uint64_t in_flight = 0;  ///< of a service's clients, requests without an answer
    std::uint32_t active = 0;     ///< attachments that take part
    std::uint32_t asleep = 0;     ///< of these, sleeping at the moment of reading
    std::uint32_t waiting = 0;    ///< of these, for the lock
    int slowest = -1;  ///< subscriber with the largest lag, in `attachments`; -1: none lags
    int holder = -1;   ///< who has the lock for writing, in `attachments`; -1: none

    /// The slowest subscriber, or the lock's holder; nobody: nullptr.
    [[nodiscard]] const AttachmentReading* standout() const noexcept;
};

class Readings {
public:
    /// Takes the next reading. Rates are of the time since the last one; regions and attachments
    /// are the same where their names, numbers and clients are.
    void add(bus::Activity activity);

    [[nodiscard]] const bus::DaemonInfo& daemon() const noexcept { return daemon_; }
    [[nodiscard]] std::chrono::steady_clock::time_point time() const noexcept { return time_; }
    [[nodiscard]] const std::vector<RegionReading>& regions() const noexcept { return regions_; }
    [[nodiscard]] const RegionReading* find(const std::string& region) const noexcept;
    /// Of all regions that are not raw, together; nothing after one reading alone.
    [[nodiscard]] const std::optional<Rate>& total() const noexcept { return total_; }
    /// The part of a processor that the daemon uses, 1 for a whole one.
    [[nodiscard]] const std::optional<double>& processor() const noexcept { return processor_; }
    /// Items a second in a region over the last minute.
    [[nodiscard]] const Trail& trail(const std::string& region) const;

private:
    void compare_daemon(const bus::DaemonInfo& now, double seconds);
    void note_trails();

    std::chrono::steady_clock::time_point time_{};
    bus::DaemonInfo daemon_;
    std::vector<RegionReading> regions_;
    std::optional<Rate> total_;
    std::optional<double> processor_;
    std::map<std::string, Trail> trails_;
};

}  // namespace ctl
