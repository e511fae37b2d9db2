// What a fuzzer's input says, read from its start: numbers, choices and pieces of text. Past its
// end it says 0 for ever, so every input is a whole one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace fuzz {

class Script {
public:
    Script(const std::uint8_t* data, std::size_t size) noexcept : rest_{as_text(data, size)} {}
    explicit Script(std::string_view text) noexcept : rest_{text} {}

    [[nodiscard]] bool ended() const noexcept { return rest_.empty(); }
    // A number of this width, as it lies in memory.
    template <class Number>
    Number number() noexcept {
        Number number{};
        const auto piece = take(sizeof number);
        if (!piece.empty()) std::memcpy(&number, piece.data(), piece.size());
        return number;
    }
    // From 0 to `count` - 1.
    std::size_t choose(std::size_t count) noexcept {
        return (count <= 256 ? number<std::uint8_t>() : number<std::uint32_t>()) % count;
    }
    // A source of randomness, to whoever wants one.
    std::uint32_t operator()() noexcept { return number<std::uint32_t>(); }

    std::string_view take(std::size_t bytes) noexcept {
        const auto piece = rest_.substr(0, bytes);
        rest_.remove_prefix(piece.size());
        return piece;
    }
    // A piece whose length comes before it, at most 255.
    std::string text() { return std::string{take(number<std::uint8_t>())}; }
    std::string_view rest() noexcept { return take(rest_.size()); }
    // The latter half becomes a script of its own.
    Script split() noexcept {
        const auto half = rest_.size() / 2;
        const Script latter{rest_.substr(half)};
        rest_ = rest_.substr(0, half);
        return latter;
    }

private:
    static std::string_view as_text(const std::uint8_t* data, std::size_t size) noexcept {
        return {reinterpret_cast<const char*>(data), size};
    }
    std::string_view rest_;
};

}  // namespace fuzz
