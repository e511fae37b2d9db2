// Takes up what an earlier daemon left in the store: every region that checks out. What does not is
// set aside: its descriptors stay in the store as they are, nothing is guessed at.
#pragma once

#include <string>
#include <vector>

#include "daemon/registry.hpp"
#include "daemon/store.hpp"

namespace shmbusd {

struct Restoration {
    std::vector<Region*> regions;
    std::vector<std::string> set_aside;  // what, and why
    std::size_t dropped = 0;             // descriptors that belong to nothing
};

// Requires: `registry` has no region yet.
[[nodiscard]] Restoration restore(Registry& registry, Store& store, Inheritance left);

}  // namespace shmbusd
