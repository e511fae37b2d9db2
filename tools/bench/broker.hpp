// The process between two clients of a message bus.
#pragma once

#include <string>

#include <sys/types.h>

namespace bench {

// The daemon of the bus at a D-Bus address; 0 when the bus does not tell. Throws: std::system_error
// when there is no bus.
[[nodiscard]] ::pid_t broker_of(const std::string& address);

}  // namespace bench
