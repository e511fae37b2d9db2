// Everything that goes on at one moment: the daemon as a process, and every region with everyone in
// it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include <bus/quota.hpp>
#include <bus/region.hpp>

namespace [[gnu::visibility("default")]] bus {

/// The daemon as a process, as the kernel counts it, and what it has given out.
struct DaemonInfo {
    std::string version;
    ::pid_t pid = 0;
    std::chrono::system_clock::time_point started{};
    std::chrono::nanoseconds uptime{};
    std::chrono::nanoseconds cpu{};  ///< time of a processor that it has used
    std::uint64_t memory = 0;        ///< resident, bytes
    std::uint64_t shared = 0;        ///< of these, pages of regions that it has looked at
    std::uint64_t descriptors = 0;   ///< that it has open
    std::uint64_t descriptor_limit = 0;
    std::optional<std::uint64_t> restarts;  ///< how often systemd started it again by itself;
                                            ///< nothing where systemd does not run it
    Resources used;                         ///< by all users together
    Resources limits;                       ///< of the whole service
};

/// One region and everyone in it.
struct RegionActivity {
    RegionInfo region;
    std::uint32_t slots = 0;  ///< in each publisher's ring, or each client's exchange
    std::vector<AttachmentInfo> attachments;
};

/// What Connection::activity() reads. Counters only rise: two readings make a rate.
struct Activity {
    std::chrono::steady_clock::time_point time{};  ///< of the reading, by the daemon
    DaemonInfo daemon;
    std::vector<RegionActivity> regions;  ///< by name
};

}  // namespace bus
