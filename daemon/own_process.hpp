// The daemon as a process: what the kernel counts of it.
#pragma once

#include <chrono>
#include <cstdint>

namespace shmbusd {

class OwnProcess {
public:
    struct Figures {
        std::uint64_t pid = 0;
        std::uint64_t started = 0;  // microseconds since 1970
        std::uint64_t uptime = 0;   // nanoseconds
        std::uint64_t cpu = 0;      // nanoseconds of a processor
        std::uint64_t memory = 0;   // resident, bytes
        std::uint64_t shared = 0;   // of these, pages of shared memory
        std::uint64_t descriptors = 0;
        std::uint64_t descriptor_limit = 0;
    };
    // What cannot be read is 0.
    [[nodiscard]] Figures read() const;

private:
    std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
    std::chrono::steady_clock::time_point running_since_ = std::chrono::steady_clock::now();
};

}  // namespace shmbusd
