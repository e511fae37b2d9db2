// How an attachment says that it sleeps, so that a peer posts at most once a sleep and never when
// nobody sleeps.
//
// 1. The sleeper makes its epoch odd, fences heavily, and looks again for what it waits for.
// 2. The peer publishes, fences lightly, and reads the epoch.
// By the fence's proof (base/fence.hpp) either the sleeper finds what was published, or the peer
// finds the epoch odd and posts. The peer remembers the epoch it posted for.
#pragma once

#include <cstdint>

#include "abi/layout.hpp"
#include "base/fence.hpp"

namespace bus::shm {

class Sleeper {
public:
    Sleeper(abi::Sleep& sleep, Fence fence) noexcept : epoch_{&sleep.epoch}, fence_{fence} {}

    // Says "I sleep"; what is waited for must be looked at again afterwards.
    void lie_down() noexcept {
        if (asleep()) return;
        // relaxed: ordered before the second look by the heavy fence
        epoch_->store(++value_, std::memory_order_relaxed);
        base::heavy_fence(fence_);
    }
    void get_up() noexcept {
        if (asleep()) epoch_->store(++value_, std::memory_order_relaxed);  // relaxed: only a hint
    }
    [[nodiscard]] bool asleep() const noexcept { return (value_ & 1) != 0; }

private:
    abi::Word* epoch_;
    std::uint64_t value_ = 0;  // own copy: nobody else writes the epoch
    Fence fence_;
};

}  // namespace bus::shm
