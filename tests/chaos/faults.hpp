// What is done to the parts and to the daemon, and when: all of it drawn from a seed beforehand, so
// that the same seed does the same again.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace chaos {

struct Fault {
    enum class What : std::uint8_t {
        Kill,         // a part, by kill -9; another takes its place
        Stop,         // a part, by SIGSTOP, for a time
        Slow,         // a part, which takes long for each thing it does
        KillDaemon,   // kill -9; the next one comes after a time
        StopDaemon,   // SIGSTOP, for a time
        FillShm,      // no room in /dev/shm for a semaphore's name, for a time
        Descriptors,  // the daemon gets no more descriptors, for a time
    };
    std::chrono::milliseconds at{};  // from the start
    What what{};
    std::size_t part = 0;               // of Kill, Stop and Slow
    std::chrono::milliseconds lasts{};  // of all but Kill
};

// In the order of their times; of each what but Kill at most one at a time for each part.
[[nodiscard]] std::vector<Fault> draw_faults(std::uint64_t seed, std::chrono::milliseconds span,
                                             std::size_t parts);
[[nodiscard]] std::string name_of(Fault::What what);
[[nodiscard]] std::string text_of(const Fault& fault);

}  // namespace chaos
