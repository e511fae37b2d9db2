// What the two measured processes share outside the bus: a line to bounce, a place to meet, and a
// few numbers to hand over. Mapped before the fork, so that it depends on nothing that is measured.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace bench {

enum class Side : std::uint32_t { First = 0, Second = 1 };

[[nodiscard]] constexpr Side other(Side side) noexcept {
    return side == Side::First ? Side::Second : Side::First;
}

using Word = std::atomic<std::uint64_t>;

// Two lines apart, because some processors fetch lines in pairs.
inline constexpr std::size_t apart = 128;

inline constexpr std::size_t largest_payload = std::size_t{8} << 20;

struct alignas(apart) OwnLine {
    Word word;
};

// A payload behind its stamp, laid out as a slot of the bus is: the best that a plain mapping can
// do.
struct alignas(4096) PlainSlot {
    Word stamp;
    std::array<std::uint64_t, 3> reserved;
    std::array<std::byte, largest_payload> payload;
};

// A ring of messages that fill their lines, each behind its stamp, and how many were taken of it.
struct PlainRing {
    struct alignas(64) Slot {
        Word stamp;
        Word extent;
        std::array<std::uint64_t, 2> reserved;
        std::array<std::uint64_t, 4> words;
    };
    static constexpr std::size_t slots = 256;  // as many as a topic of such messages has

    OwnLine taken;
    OwnLine head;
    alignas(4096) std::array<Slot, slots> ring;
};

struct Stage {
    OwnLine ball;                                // bounced by the bare ping-pong
    std::array<OwnLine, 2> pair;                 // the same with a line for each direction
    std::array<OwnLine, 2> arrived;              // how often each side came to a meeting
    alignas(apart) std::uint64_t told;           // written by the first side before a meeting
    double heard;                                // written by the second side before a meeting
    std::array<std::array<char, 256>, 2> words;  // each side's to the other, before a meeting
    std::array<char, 128> row;                   // what is being measured, for who watches
    std::array<char, 512> fault;                 // why a side gave up; empty while it did not
    PlainRing stream;
    alignas(4096) std::array<PlainSlot, 2> plain;  // one in each direction
};

// The mapping of a Stage; shared with every child forked while it lives.
class StageMapping {
public:
    StageMapping();
    StageMapping(const StageMapping&) = delete;
    StageMapping& operator=(const StageMapping&) = delete;
    ~StageMapping();

    [[nodiscard]] Stage& operator*() const noexcept { return *stage_; }
    // The same memory through a mapping that can only be read. Some processors fetch a line for
    // reading alone by way of such a page, and with the right to write it by way of another.
    [[nodiscard]] const Stage& seen() const noexcept { return *seen_; }

private:
    Stage* stage_ = nullptr;
    const Stage* seen_ = nullptr;
};

}  // namespace bench
