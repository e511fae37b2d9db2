#include "transport.hpp"

namespace bench {

std::vector<Transport> transports() {
    std::vector<Transport> all;
    add_topics(all);
    add_service(all);
    add_boost_queue(all);
    add_pipe(all);
    add_sockets(all);
    add_posix_queue(all);
    add_dbus(all);
    return all;
}

}  // namespace bench
