// Shared words as the checker sees them: included before every source of the litmus, it makes each
// std::atomic of libbus's own code, which is compiled here once more as it stands, one that Relacy
// follows.
//
// What stands in memory stays a word in its place, so that layouts and their asserts hold; its
// values, and who may see which of them, are kept beside, by its address (checker.cpp).
#pragma once

// All that the code includes, before the names in it change their meaning.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <bus/error.hpp>

#include "base/semaphore.hpp"

namespace litmus {

void create(const void* word) noexcept;  // with 0
std::uint64_t load(const void* word, std::memory_order order) noexcept;
void store(void* word, std::uint64_t value, std::memory_order order) noexcept;
bool compare_exchange(void* word, std::uint64_t& expected, std::uint64_t desired,
                      std::memory_order success, std::memory_order failure) noexcept;
std::uint64_t fetch_add(void* word, std::uint64_t value, std::memory_order order) noexcept;
void thread_fence() noexcept;

template <class T>
class Atomic {
public:
    static constexpr bool is_always_lock_free = true;

    Atomic() noexcept { create(this); }
    explicit Atomic(T zero) noexcept : place_{zero} { create(this); }
    Atomic(const Atomic&) = delete;
    Atomic& operator=(const Atomic&) = delete;

    [[nodiscard]] T load(std::memory_order order) const noexcept {
        return static_cast<T>(litmus::load(this, order));
    }
    void store(T value, std::memory_order order) noexcept { litmus::store(this, value, order); }
    bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                                 std::memory_order failure) noexcept {
        return compare_exchange(this, expected, desired, success, failure);
    }
    T fetch_add(T value, std::memory_order order) noexcept {
        return static_cast<T>(litmus::fetch_add(this, value, order));
    }

private:
    T place_{};
};

}  // namespace litmus

namespace std {
template <class T>
using litmus_atomic = litmus::Atomic<T>;
inline void litmus_thread_fence(memory_order /*seq_cst*/) { litmus::thread_fence(); }
}  // namespace std

#define atomic litmus_atomic
#define atomic_thread_fence litmus_thread_fence
