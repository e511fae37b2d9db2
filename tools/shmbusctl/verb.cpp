#include "verb.hpp"

#include <array>

#include "bench.hpp"

namespace ctl {

std::span<const VerbRow> verbs() noexcept {
    static constexpr std::array table{
        VerbRow{"list", "List the regions", make_list},
        VerbRow{"status", "Show the daemon, or a region and everyone in it", make_status},
        VerbRow{"create", "Create a topic, a service or a raw region", make_create},
        VerbRow{"remove", "Remove regions", make_remove},
        VerbRow{"access", "Show or change who may join a region", make_access},
        VerbRow{"quota", "Show what users have and may have", make_quota},
        VerbRow{"pub", "Publish what comes on standard input", make_pub},
        VerbRow{"sub", "Write what is published to standard output", make_sub},
        VerbRow{"call", "Send standard input to a service and write its response", make_call},
        VerbRow{"serve", "Answer a service's requests by running a command for each", make_serve},
        VerbRow{"read", "Write the bytes of a raw region to standard output", make_read},
        VerbRow{"write", "Put standard input into a raw region", make_write},
        VerbRow{"edit", "Edit the bytes of a raw region in an editor", make_edit},
        VerbRow{"dump", "Show the bytes of a raw region in hexadecimal", make_dump},
        VerbRow{"objects", "List the named objects in a raw region", make_objects},
        VerbRow{"top", "Show what flows, live: regions, and everyone in them", make_top},
        VerbRow{"metrics", "Print all figures for a monitoring system", make_metrics},
        VerbRow{"monitor", "Show joins, leaves and deaths as they happen", make_monitor},
        VerbRow{"bench", "Measure shared memory and message passing on this machine", make_bench},
    };
    return table;
}

}  // namespace ctl
