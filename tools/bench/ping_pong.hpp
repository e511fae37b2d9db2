// The bare limit: one cache line bounced between two processes that do nothing else. Everything
// else is told as a ratio to it, because the host moves the cores while one measures.
//
// Besides it the pair: a line for each direction, with one writer, and mapped by the other side to
// be read only, as every byte of the bus is. The one line is cheaper on processors that pass on the
// ownership of a line with its content when both ends write it; no line that its reader can only
// read can be had at that price, so the pair is what a bus with one writer for every byte could
// reach.
#pragma once

#include <cstdint>

#include "stage.hpp"

namespace bench {

class PingPong {
public:
    PingPong(const StageMapping& stage, Side side) noexcept
        : ball_{(*stage).ball.word},
          out_{(*stage).pair[static_cast<std::size_t>(side)].word},
          in_{stage.seen().pair[static_cast<std::size_t>(other(side))].word},
          side_{side} {}

    // Bounces the one line there and back `rounds` times. Both sides must call it alike.
    void bounce(std::uint64_t rounds) noexcept;
    // The median one-way time of the one line, nanoseconds. Both sides must call it.
    [[nodiscard]] double one_way();
    // The same for the pair.
    [[nodiscard]] double pair_one_way();

private:
    void bounce_pair(std::uint64_t rounds) noexcept;

    Word& ball_;
    Word& out_;
    const Word& in_;
    Side side_;
    std::uint64_t value_ = 0;       // of the ball after the last round, known to both sides
    std::uint64_t pair_value_ = 0;  // of both lines of the pair
};

}  // namespace bench
