// What golden bytes are compared with.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <string>
#include <vector>

namespace bus::abi {

// The struct's bytes as hexadecimal words of eight, zero words and all, cut after the last that is
// not zero.
template <class Struct>
std::string dump(const Struct& object) {
    static_assert(sizeof(Struct) % 8 == 0);
    std::vector<unsigned char> bytes(sizeof object);
    std::memcpy(bytes.data(), static_cast<const void*>(&object), sizeof object);
    std::string text;
    std::size_t end = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        constexpr const char* digits = "0123456789abcdef";
        text += digits[bytes[i] >> 4];
        text += digits[bytes[i] & 15];
        if (i % 8 == 7) text += ' ';
        if (bytes[i] != 0) end = (i / 8 + 1) * 17;
    }
    return text.substr(0, end);
}

inline std::string zeros(std::size_t words) {
    std::string text;
    for (std::size_t i = 0; i < words; ++i) text += "0000000000000000 ";
    return text;
}

// Placed over zeroed memory, as in a fresh segment.
template <class Struct>
struct Placed {
    alignas(64) std::byte memory[sizeof(Struct)]{};
    Struct* operator->() { return &get(); }
    Struct& get() { return *std::launder(reinterpret_cast<Struct*>(memory)); }
    Placed() { new (memory) Struct{}; }
};

}  // namespace bus::abi
