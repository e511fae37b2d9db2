// The bare limit: one cache line bounced between two processes that do nothing else. Everything
// else is told as a ratio to it, because the host moves the cores while one measures.
#pragma once

#include <cstdint>

#include "stage.hpp"

namespace bench {

class PingPong {
public:
    PingPong(Stage& stage, Side side) noexcept : ball_{stage.ball.word}, side_{side} {}

    // Bounces the line there and back `rounds` times. Both sides must call it with the same number.
    void bounce(std::uint64_t rounds) noexcept;
    // The median one-way time, nanoseconds. Both sides must call it.
    [[nodiscard]] double one_way();

private:
    Word& ball_;
    Side side_;
    std::uint64_t value_ = 0;  // of the ball after the last round, known to both sides
};

}  // namespace bench
