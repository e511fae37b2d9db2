// One of the two measured processes, as it deals with the other one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "ping_pong.hpp"
#include "stage.hpp"

namespace bench {

class Partner {
public:
    Partner(const StageMapping& stage, Side side) noexcept
        : stage_{*stage}, seen_{stage.seen()}, side_{side}, bare_{stage, side} {}

    [[nodiscard]] Side side() const noexcept { return side_; }
    [[nodiscard]] bool first() const noexcept { return side_ == Side::First; }
    [[nodiscard]] PingPong& bare() noexcept { return bare_; }
    [[nodiscard]] PlainSlot& plain(Side writer) const noexcept {
        return stage_.plain[static_cast<std::size_t>(writer)];
    }
    [[nodiscard]] PlainRing& stream() const noexcept { return stage_.stream; }
    // The same, mapped to be read only.
    [[nodiscard]] const PlainRing& stream_seen() const noexcept { return seen_.stream; }

    // Tells who watches what is being measured.
    void announce(const std::string& row) noexcept;
    // Returns once both sides came here; sleeps when the other side is long in coming.
    void meet() noexcept;
    // A meeting at which both sides learn what the first one says.
    [[nodiscard]] std::uint64_t agree(std::uint64_t said) noexcept;
    // A meeting at which the first side learns what the second one says.
    [[nodiscard]] double hear(double said) noexcept;
    // A meeting at which each side learns a word of the other: up to 255 characters.
    [[nodiscard]] std::string swap(const std::string& said);

private:
    Stage& stage_;
    const Stage& seen_;
    Side side_;
    PingPong bare_;
    std::uint64_t meetings_ = 0;
};

}  // namespace bench
