// The asymmetric fence: the side that seldom runs (goes to sleep, joins, reclaims) pays for both,
// so that the hot side needs only a compiler barrier.
//
// Proof in words. Two sides each store and then load what the other stores (Dekker). With full
// fences on both, at least one sees the other's store. membarrier(GLOBAL_EXPEDITED) makes every
// registered running thread pass a full fence at some point during the call; so the hot side's
// store-load pair is either wholly before that point (then its store is visible to the caller's
// later load), or its load comes after it (then it sees the caller's earlier store). The compiler
// barrier keeps the hot pair in program order.
#pragma once

#include <atomic>
#include <string>

#include <bus/error.hpp>
#include <bus/region.hpp>

namespace bus::base {

// Registers this process for membarrier. Throws: Error FenceUnavailable, naming `region` and the
// way out.
void register_membarrier(const std::string& region);

// membarrier(GLOBAL_EXPEDITED): 0.7 to 1.3 microseconds. Requires: register_membarrier() succeeded.
void membarrier() noexcept;

// The hot side's half, between its store and its load.
inline void light_fence(Fence fence) noexcept {
    if (fence == Fence::Full) [[unlikely]]
        std::atomic_thread_fence(std::memory_order_seq_cst);
    else
        std::atomic_signal_fence(std::memory_order_seq_cst);
}

// The seldom side's half.
inline void heavy_fence(Fence fence) noexcept {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (fence == Fence::Asymmetric) membarrier();
}

}  // namespace bus::base
