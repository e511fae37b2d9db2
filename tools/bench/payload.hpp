// Writing and reading payloads in a way that no compiler can leave out, the same for the bus and
// for the plain mapping it is compared with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bench {

// From here on whole lines are stored at once, which spares the memory system reading them first.
inline constexpr std::size_t full_line_stores = 4096;

// Fills `Bytes` bytes with one word. Requires: `to` is aligned to 8.
template <std::size_t Bytes>
inline void write_payload(std::byte* to, std::uint64_t word) noexcept {
    static_assert(Bytes % 32 == 0);
    if constexpr (Bytes >= full_line_stores) {
        std::size_t count = Bytes / sizeof word;
        asm volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(word) : "memory");
    } else {
        for (std::size_t at = 0; at < Bytes; at += sizeof word)
            std::memcpy(to + at, &word, sizeof word);
    }
}

// The sum of all words. Requires: `from` is aligned to 8.
template <std::size_t Bytes>
[[nodiscard]] inline std::uint64_t read_payload(const std::byte* from) noexcept {
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at < Bytes; at += sizeof sum) {
        std::uint64_t word = 0;
        std::memcpy(&word, from + at, sizeof word);
        sum += word;
    }
    return sum;
}

// Whether a payload holds what write_payload<Bytes>(…, word) put there.
template <std::size_t Bytes>
[[nodiscard]] inline bool holds(const std::byte* from, std::uint64_t word) noexcept {
    return read_payload<Bytes>(from) == word * (Bytes / sizeof word);
}

// The same for sizes known at run time. Requires: `bytes` is a multiple of 32.
inline void write_payload(std::byte* to, std::size_t bytes, std::uint64_t word) noexcept {
    if (bytes >= full_line_stores) {
        std::size_t count = bytes / sizeof word;
        asm volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(word) : "memory");
        return;
    }
    const std::uint64_t words[] = {word, word, word, word};
    for (std::size_t at = 0; at < bytes; at += sizeof words)
        std::memcpy(to + at, words, sizeof words);
}

[[nodiscard]] inline bool holds(const std::byte* from, std::size_t bytes,
                                std::uint64_t word) noexcept {
    using Words = std::uint64_t __attribute__((vector_size(16)));
    Words low{};
    Words high{};
    for (std::size_t at = 0; at < bytes; at += 2 * sizeof low) {
        Words words[2];
        std::memcpy(words, from + at, sizeof words);
        low += words[0];
        high += words[1];
    }
    low += high;
    return low[0] + low[1] == word * (bytes / sizeof word);
}

}  // namespace bench
