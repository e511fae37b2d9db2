// A program of its own for the transports of a library that shmbusctl does not depend on.
// `shmbusctl bench` starts it and reads what it finds; its options are between the two.
#pragma once

#include <string>
#include <vector>

#include "bench/transport.hpp"

namespace bench {

// The whole of main(); `name` is the program's.
[[nodiscard]] int play_plugin(int argc, char** argv, const std::string& name,
                              const std::vector<Transport>& transports);

}  // namespace bench
