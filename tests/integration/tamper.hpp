// Writes into memory as nobody but its owner should.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <sys/mman.h>

#include <doctest/doctest.h>

namespace integration {

// In the first page of what `memory` is a descriptor of.
inline void tamper(int memory, std::size_t offset, std::uint32_t value) {
    constexpr std::size_t size = 4096;
    void* place = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    REQUIRE(place != MAP_FAILED);
    std::memcpy(static_cast<std::byte*>(place) + offset, &value, sizeof value);
    ::munmap(place, size);
}

}  // namespace integration
