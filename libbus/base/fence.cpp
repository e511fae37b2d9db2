#include "base/fence.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bus::base {

void register_membarrier(const std::string& region) {
    if (::syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0, 0) == 0) return;
    throw Error{Errc::FenceUnavailable, region + ": membarrier is not permitted in this process (" +
                                            std::strerror(errno) +
                                            "); a region created with fence=full works without it"};
}

void membarrier() noexcept {
    // It was permitted when the process registered; a fence that silently is none would lose data.
    if (::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0) != 0) std::abort();
}

}  // namespace bus::base
