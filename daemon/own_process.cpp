#include "daemon/own_process.hpp"

#include <fstream>
#include <string>
#include <string_view>

#include <dirent.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

namespace shmbusd {
namespace {

template <class Unit, class Duration>
std::uint64_t count(Duration duration) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<Unit>(duration).count());
}

std::uint64_t processor_time() noexcept {
    ::timespec time{};
    if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0) return 0;
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(time.tv_nsec);
}

// "VmRSS:     5120 kB"
void read_memory(OwnProcess::Figures& figures) {
    std::ifstream file{"/proc/self/status"};
    std::string key;
    std::uint64_t kilobytes = 0;
    for (std::string line; std::getline(file, line);) {
        const std::string_view text{line};
        const auto wanted = text.starts_with("VmRSS:")      ? &figures.memory
                            : text.starts_with("RssShmem:") ? &figures.shared
                                                            : nullptr;
        if (wanted == nullptr) continue;
        kilobytes = std::strtoull(line.c_str() + line.find(':') + 1, nullptr, 10);
        *wanted = kilobytes * 1024;
    }
}

// Less the one that the listing itself takes.
std::uint64_t count_descriptors() noexcept {
    ::DIR* listing = ::opendir("/proc/self/fd");
    if (listing == nullptr) return 0;
    std::uint64_t entries = 0;
    while (::readdir(listing) != nullptr) ++entries;
    ::closedir(listing);
    constexpr std::uint64_t besides = 3;  // "." and ".." and the listing's
    return entries > besides ? entries - besides : 0;
}

}  // namespace

OwnProcess::Figures OwnProcess::read() const {
    Figures figures;
    figures.pid = static_cast<std::uint64_t>(::getpid());
    figures.started = count<std::chrono::microseconds>(started_.time_since_epoch());
    figures.uptime =
        count<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - running_since_);
    figures.cpu = processor_time();
    read_memory(figures);
    figures.descriptors = count_descriptors();
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.descriptor_limit = limit.rlim_cur;
    return figures;
}

}  // namespace shmbusd
