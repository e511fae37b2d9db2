// One who has a handle that may only be read, and tries all there is to write through it.
#pragma once

#include <string>

namespace integration {

// The ways that succeeded, by name and with a blank after each; empty when the memory is safe.
[[nodiscard]] std::string ways_to_write(int fd);

}  // namespace integration
