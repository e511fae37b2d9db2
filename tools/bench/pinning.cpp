#include "pinning.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <sched.h>
#include <sys/resource.h>

namespace bench {

std::array<int, 2> first_two_cores() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        throw std::system_error{errno, std::system_category(), "sched_getaffinity"};
    std::array<int, 2> cores{};
    std::size_t found = 0;
    for (int core = 0; core < CPU_SETSIZE && found < cores.size(); ++core)
        if (CPU_ISSET(core, &allowed)) cores[found++] = core;
    if (found < cores.size()) throw std::runtime_error{"two cores are needed, one is allowed"};
    return cores;
}

void pin_to(int core) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    if (::sched_setaffinity(0, sizeof one, &one) != 0)
        throw std::system_error{errno, std::system_category(), "sched_setaffinity"};
    // Builds that run beside the bench would take turns with it. Starving the daemon is no danger:
    // a side that waits for long sleeps, and the kernel keeps a share of each core for ordinary
    // tasks. Taking turns with its like, though: of two benches at once each would hold one core,
    // and wait there for its other half for ever.
    const ::sched_param lowest{.sched_priority = 1};
    if (::sched_setscheduler(0, SCHED_RR, &lowest) != 0) (void)::setpriority(PRIO_PROCESS, 0, -20);
}

}  // namespace bench
