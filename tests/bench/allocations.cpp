// The C library allows a program to define malloc and its relatives, and exports its own ones under
// __libc names; operator new ends here too.
#include "allocations.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

namespace {

// Relaxed: a count, read by the thread that ran the measured loop.
std::atomic<std::uint64_t> count{0};

void counted() noexcept { count.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

std::uint64_t bench::allocations() noexcept { return count.load(std::memory_order_relaxed); }

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

[[gnu::visibility("default")]] void* malloc(std::size_t size) {
    counted();
    return __libc_malloc(size);
}

[[gnu::visibility("default")]] void* calloc(std::size_t number, std::size_t size) {
    counted();
    return __libc_calloc(number, size);
}

[[gnu::visibility("default")]] void* realloc(void* memory, std::size_t size) {
    counted();
    return __libc_realloc(memory, size);
}

[[gnu::visibility("default")]] void* memalign(std::size_t alignment, std::size_t size) {
    counted();
    return __libc_memalign(alignment, size);
}

[[gnu::visibility("default")]] void* aligned_alloc(std::size_t alignment, std::size_t size) {
    counted();
    return __libc_memalign(alignment, size);
}

[[gnu::visibility("default")]] int posix_memalign(void** memory, std::size_t alignment,
                                                  std::size_t size) {
    counted();
    *memory = __libc_memalign(alignment, size);
    return *memory == nullptr ? ENOMEM : 0;
}

[[gnu::visibility("default")]] void free(void* memory) { __libc_free(memory); }

}  // extern "C"

#endif
