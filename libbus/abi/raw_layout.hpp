// Every byte of a raw region's segments, as layout.hpp has those of a topic.
//
//   lock segment (writers write, readers and the daemon read; the daemon also writes `holder`)
//     0    LockHeader          lines: identity | holder | version
//
//   member segment (that writer or reader writes, its peers and the daemon read)
//     0    RawMemberHeader     lines: identity | sleep for the lock | sleep for a change |
//                              reading and counters
//
//   bytes segment (writers write, readers read): nothing of ours is in it
#pragma once

#include <cstddef>
#include <cstdint>

#include "abi/layout.hpp"

namespace bus::abi {

inline constexpr std::uint64_t lock_magic = 0x316b636c'7362'6873;  // "shbslck1" in memory order

// In LockHeader::holder: the last holder died with the lock. Set by the daemon, taken away by the
// next holder.
inline constexpr std::uint64_t abandoned_bit = std::uint64_t{1} << 63;

// Moves of `holder`: nobody -> a writer's number (that writer) -> 0 (that writer) | abandoned_bit
// (the daemon, once the writer has gone). Nobody is 0 or abandoned_bit.
struct alignas(line) LockHeader {
    SegmentIdentity identity;   // of attachment 0
    alignas(line) Word holder;  // attachment number; seq_cst when taken, release when given back,
                                // seq_cst in a reader's look
    std::uint8_t reserved_holder[56];
    alignas(line) Word version;  // +1 by every notify(), release; acquired by who waits for it
    std::uint8_t reserved_version[56];
};
static_assert(sizeof(LockHeader) == 192);
static_assert(offsetof(LockHeader, holder) == 64 && offsetof(LockHeader, version) == 128);

[[nodiscard]] constexpr std::uint64_t holder_of(std::uint64_t word) noexcept {
    return word & ~abandoned_bit;
}

struct alignas(line) RawMemberHeader {
    SegmentIdentity identity;
    Sleep lock_sleep;            // for want of the lock
    Sleep change_sleep;          // until somebody notifies
    alignas(line) Word reading;  // reader: 1 while it reads under the lock; seq_cst when stated,
                                 // release when withdrawn, seq_cst in a writer's look
    Word locks;                  // times that it got the lock; statistics
    Word waits;                  // times that it had to wait for it; statistics
    std::uint8_t reserved_reading[40];
};
static_assert(sizeof(RawMemberHeader) == 256);
static_assert(offsetof(RawMemberHeader, lock_sleep) == 64 &&
              offsetof(RawMemberHeader, change_sleep) == 128 &&
              offsetof(RawMemberHeader, reading) == 192 &&
              offsetof(RawMemberHeader, locks) == 200 && offsetof(RawMemberHeader, waits) == 208);

}  // namespace bus::abi
