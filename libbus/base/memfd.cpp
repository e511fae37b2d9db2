#include "base/memfd.hpp"

#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/system_call.hpp"

namespace bus::base {
namespace {

constexpr unsigned noexec_seal = 0x0008U;  // MFD_NOEXEC_SEAL, Linux 6.3

constexpr std::size_t longest_label = 249;  // bytes the kernel takes; a region's name may be longer

constexpr int size_seals = F_SEAL_SHRINK | F_SEAL_GROW;
constexpr int write_seals = size_seals | F_SEAL_SEAL | F_SEAL_FUTURE_WRITE;

int seals_of(Sealing sealing) noexcept {
    return sealing == Sealing::Size ? size_seals : write_seals;
}

int create(const std::string& name) {
    constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    const auto label = name.substr(0, longest_label);
    const int fd = ::memfd_create(label.c_str(), flags | noexec_seal);
    if (fd >= 0 || errno != EINVAL) return fd;
    return ::memfd_create(label.c_str(), flags);  // a kernel that does not know the flag
}

// What could be allocated now: MemAvailable and SwapFree; without /proc, all memory there is.
std::uint64_t available_memory() {
    std::ifstream info{"/proc/meminfo"};
    std::uint64_t kibibytes = 0;
    std::string line;
    while (std::getline(info, line))
        if (line.starts_with("MemAvailable:") || line.starts_with("SwapFree:"))
            kibibytes += std::stoull(line.substr(line.find(':') + 1));
    if (kibibytes != 0) return kibibytes * 1024;
    struct sysinfo status {};
    if (::sysinfo(&status) != 0) return std::numeric_limits<std::uint64_t>::max();
    return (std::uint64_t{status.totalram} + status.totalswap) * status.mem_unit;
}

}  // namespace

UniqueFd make_memfd(const std::string& name, std::size_t bytes) {
    // The kernel accounts a memfd page by page and never refuses one as a whole: an allocation that
    // cannot succeed would first have every other process killed.
    if (bytes > available_memory()) fail(name, "memory", ENOMEM);
    UniqueFd fd{check(create(name), name, "memfd_create")};
    check(::ftruncate(fd.get(), static_cast<off_t>(bytes)), name, "ftruncate");
    // Short memory is an error here rather than SIGBUS at the first touch.
    check(::fallocate(fd.get(), 0, 0, static_cast<off_t>(bytes)), name, "fallocate");
    // Born world-writable, a memfd could be reopened for writing through /proc by any uid.
    check(::fchmod(fd.get(), 0600), name, "fchmod");
    check(::fcntl(fd.get(), F_ADD_SEALS, size_seals), name, "F_ADD_SEALS");
    return fd;
}

void seal_future_writes(int fd, const std::string& name) {
    const int seals = check(::fcntl(fd, F_GET_SEALS), name, "F_GET_SEALS");
    if ((seals & write_seals) == write_seals) return;
    check(::fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL), name, "F_ADD_SEALS");
}

UniqueFd reopen_read_only(int fd, const std::string& name) {
    const auto path = "/proc/self/fd/" + std::to_string(fd);
    return UniqueFd{check(::open(path.c_str(), O_RDONLY | O_CLOEXEC), name, "open read-only")};
}

void admit_memfd(int fd, std::size_t bytes, Sealing sealing, const std::string& name) {
    // A message came without it: the kernel hands over no descriptor for which there is no room.
    if (fd < 0)
        throw Error{Errc::SystemError,
                    name + ": no handle came: this process may open no more descriptors"};
    const int wanted = seals_of(sealing);
    const int seals = ::fcntl(fd, F_GET_SEALS);
    if (seals < 0) throw Error{Errc::BadSegment, name + ": the handle is not a memfd"};
    if ((seals & wanted) != wanted)
        throw Error{Errc::BadSegment, name + ": the segment is not sealed as it must be"};
    struct stat status {};
    check(::fstat(fd, &status), name, "fstat");
    if (static_cast<std::size_t>(status.st_size) != bytes)
        throw Error{Errc::BadSegment, name + ": the segment has " + std::to_string(status.st_size) +
                                          " bytes instead of " + std::to_string(bytes)};
}

}  // namespace bus::base
