// The verb that measures.
#pragma once

#include <memory>

#include "verb.hpp"

namespace ctl {

[[nodiscard]] std::unique_ptr<Verb> make_bench();

}  // namespace ctl
