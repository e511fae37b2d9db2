// With asymmetric fences a lossless ring has its usual steps inline; with full ones it has not. One
// that overwrites would call membarrier() for each stretch, which takes long beside other work.
#pragma once

#include <bus/error.hpp>
#include <bus/region.hpp>

#include "base/fence.hpp"
#include "script.hpp"

namespace fuzz {

[[nodiscard]] inline bus::Fence choose_fence(bus::Overflow overflow, Script& script) {
    static const bool permitted = [] {
        try {
            bus::base::register_membarrier("fuzzing");
            return true;
        } catch (const bus::Error&) {
            return false;
        }
    }();
    const bool usual = permitted && overflow == bus::Overflow::Block;
    return usual && script.choose(4) != 0 ? bus::Fence::Asymmetric : bus::Fence::Full;
}

}  // namespace fuzz
