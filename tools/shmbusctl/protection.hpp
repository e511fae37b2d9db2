// Tries out what protects shared memory, where the textbook only says it.
#pragma once

#include <string>

#include "results.hpp"

namespace ctl {

/// Makes two regions for it, whose names begin with `label`, and removes them. Throws: bus::Error.
[[nodiscard]] Protection try_protection(const std::string& address, const std::string& label);

}  // namespace ctl
