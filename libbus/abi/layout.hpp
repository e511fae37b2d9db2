// Every byte of the roster and of a topic's segments: what two processes must agree on, and who may
// write it.
//
//   roster (the daemon writes, all read)
//     0    RosterHeader        magic, versions, counts, `change` on a line of its own, the record
//     1024 RosterEntry[n]      of leading roles first (2 x publishers; servers; writers), then of
//                              following ones (subscribers; clients; readers)
//
//   publisher segment (that publisher writes, subscribers and daemon read)
//     0    PublisherHeader     lines: identity | floor | head and counters | sleep
//     4096 slots: a 32-byte SlotHeader ends where its payload begins
//
//       alignment 32: one line a small message     alignment A >= 64: payload at a multiple of A
//       |header 32|payload ......|header|payload   ...|header 32|payload ......|   |header|payload
//       ^ multiple of 64         ^ + stride                     ^ multiple of A
//
//   subscriber segment (that subscriber writes, publishers and daemon read)
//     0    SubscriberHeader    lines: identity | sleep, at one of 16 lines
//     1088 Lane[2 x publishers], each: a line of LaneHead, then ceil(holds / 8) lines of holds
//
//   a service's segments: service_layout.hpp
//   a raw region's segments: raw_layout.hpp
//
// Integers are little-endian as the machine's; atomics are lock-free, relied on below. Sizes and
// counts in a peer's segment are never used for addressing: those come from the daemon
// (geometry.hpp).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace bus::abi {

using Word = std::atomic<std::uint64_t>;
static_assert(sizeof(Word) == 8 && Word::is_always_lock_free);

inline constexpr std::size_t line = 64;

// A segment is refused when its `requires_bits` has a bit that this build does not know, and read
// when its `offers_bits` has one.
inline constexpr std::uint32_t known_requires_bits = 0;

inline constexpr std::uint64_t roster_magic = 0x31727473'6f72'6273;  // "sbrostr1" in memory order
inline constexpr std::uint64_t publisher_magic = 0x31627570'7362'6873;   // "shbspub1"
inline constexpr std::uint64_t subscriber_magic = 0x31627573'7362'6873;  // "shbssub1"
inline constexpr std::uint64_t server_magic = 0x31767273'7362'6873;      // "shbssrv1"
inline constexpr std::uint64_t exchange_magic = 0x31637865'7362'6873;    // "shbsexc1"
inline constexpr std::uint64_t writer_magic = 0x31727477'7362'6873;      // "shbswtr1"
inline constexpr std::uint64_t reader_magic = 0x31726472'7362'6873;      // "shbsrdr1"

// --- roster
// ----------------------------------------------------------------------------------------

// What an entry says, packed in one word so that every change of state is one store:
// attachment number << 8 | role << 4 | state. Number 0: the entry is free.
enum class EntryState : std::uint8_t {
    Free = 0,
    Attached = 1,  // has its handles, does not take part yet
    Active = 2,    // takes part
    Departed = 3,  // a publisher that left or died; its segment can still be drained
    Evicted = 4,   // a subscriber put out for keeping a lossless topic waiting
    Standby = 5,   // a server that takes over when the active one ends
};
enum class EntryRole : std::uint8_t {
    None = 0,
    Publisher = 1,
    Subscriber = 2,
    Server = 3,
    Client = 4,
    Writer = 5,
    Reader = 6,
};

struct EntryWord {
    std::uint64_t id = 0;
    EntryRole role = EntryRole::None;
    EntryState state = EntryState::Free;

    [[nodiscard]] constexpr std::uint64_t pack() const noexcept {
        return id << 8 | static_cast<std::uint64_t>(role) << 4 | static_cast<std::uint64_t>(state);
    }
    [[nodiscard]] static constexpr EntryWord unpack(std::uint64_t word) noexcept {
        return {word >> 8, static_cast<EntryRole>(word >> 4 & 0xf),
                static_cast<EntryState>(word & 0xf)};
    }
    friend constexpr bool operator==(const EntryWord&, const EntryWord&) = default;
};

enum class EntryWaker : std::uint32_t { Semaphore = 1, EventFd = 2 };

// Free -> Attached -> Active -> Departed (publishers) | Evicted (subscribers) -> Free; servers:
// Attached -> Standby -> Active; any -> Free.
struct alignas(line) RosterEntry {
    Word word;          // release by the daemon after the fields below, acquired by readers
    std::uint32_t pid;  // for the daemon that takes the region up again, and for tools
    std::uint32_t uid;
    std::uint64_t segment_bytes;
    std::uint64_t token;  // chosen by the client: by it a repeated Attach is known
    std::uint64_t late;  // departed: the first attachment number after the departure; a client: the
                         // server that its exchange is paired with for good; else 0
    std::uint32_t waker;  // EntryWaker
    std::uint32_t reserved;
    char peer[80];  // unique bus name, NUL-padded
};
static_assert(sizeof(RosterEntry) == 128);
static_assert(offsetof(RosterEntry, word) == 0 && offsetof(RosterEntry, pid) == 8 &&
              offsetof(RosterEntry, uid) == 12 && offsetof(RosterEntry, segment_bytes) == 16 &&
              offsetof(RosterEntry, token) == 24 && offsetof(RosterEntry, late) == 32 &&
              offsetof(RosterEntry, waker) == 40 && offsetof(RosterEntry, reserved) == 44 &&
              offsetof(RosterEntry, peer) == 48);

enum class RegionState : std::uint32_t { Live = 1, Removed = 2 };

// A user or group by name in a region's access rule; what it may do: 4 read, 2 write.
enum class AccessHolder : std::uint16_t { User = 1, Group = 2 };
struct AccessEntry {
    std::uint32_t id;      // uid or gid
    std::uint16_t holder;  // AccessHolder
    std::uint16_t bits;
};
static_assert(sizeof(AccessEntry) == 8);
static_assert(offsetof(AccessEntry, id) == 0 && offsetof(AccessEntry, holder) == 4 &&
              offsetof(AccessEntry, bits) == 6);

inline constexpr std::size_t max_access_entries = 32;
inline constexpr std::size_t bus_id_size = 32;  // hexadecimal digits

// The region's record: all that a restarted daemon needs to take it up again.
struct RegionRecord {
    std::uint32_t kind;      // bus::Kind
    std::uint32_t overflow;  // bus::Overflow
    std::uint32_t fence;     // bus::Fence
    std::uint32_t history;
    std::uint32_t leading;    // publishers; servers; writers
    std::uint32_t following;  // subscribers; clients; readers
    std::uint32_t holds;
    std::uint32_t slots_asked;
    std::uint64_t size;  // largest payload; raw: all there is; bytes
    std::uint64_t alignment;
    std::uint64_t patience;  // nanoseconds, 0: for ever
    std::uint32_t owner;     // uid
    std::uint32_t group;     // gid
    std::uint32_t mode;
    std::uint32_t access_entries;  // how many of `access` count
    std::uint64_t number;          // the region's number within its daemon: names its semaphores
    char name[256];                // NUL-padded
    char type[256];
    char bus_id[bus_id_size];  // of the bus that its clients are on: with another, all have gone
    AccessEntry access[max_access_entries];
};
static_assert(sizeof(RegionRecord) == 880);
static_assert(offsetof(RegionRecord, kind) == 0 && offsetof(RegionRecord, overflow) == 4 &&
              offsetof(RegionRecord, fence) == 8 && offsetof(RegionRecord, history) == 12 &&
              offsetof(RegionRecord, leading) == 16 && offsetof(RegionRecord, following) == 20 &&
              offsetof(RegionRecord, holds) == 24 && offsetof(RegionRecord, slots_asked) == 28 &&
              offsetof(RegionRecord, size) == 32 && offsetof(RegionRecord, alignment) == 40 &&
              offsetof(RegionRecord, patience) == 48 && offsetof(RegionRecord, owner) == 56 &&
              offsetof(RegionRecord, group) == 60 && offsetof(RegionRecord, mode) == 64 &&
              offsetof(RegionRecord, access_entries) == 68 &&
              offsetof(RegionRecord, number) == 72 && offsetof(RegionRecord, name) == 80 &&
              offsetof(RegionRecord, type) == 336 && offsetof(RegionRecord, bus_id) == 592 &&
              offsetof(RegionRecord, access) == 624);

struct alignas(line) RosterHeader {
    std::uint64_t magic;
    std::uint32_t requires_bits;
    std::uint32_t offers_bits;
    std::uint32_t entries;
    std::uint32_t entry_bytes;
    std::uint64_t next_id;  // the next attachment's number
    std::uint8_t reserved[32];
    alignas(
        line) Word change;  // +1 after every join, leave and death; release, acquired by readers
    std::atomic<std::uint32_t> state;  // RegionState
    std::uint32_t reserved_state;
    Word generation;  // raw: of the bytes segment; release, acquired by members
    Word
        generation_bytes[2];  // what generation n has stands at n mod 2, before `generation` says n
    std::uint8_t reserved_change[24];
    RegionRecord record;
    std::uint8_t reserved_record[16];
};
static_assert(sizeof(RosterHeader) == 1024);
static_assert(offsetof(RosterHeader, magic) == 0 && offsetof(RosterHeader, requires_bits) == 8 &&
              offsetof(RosterHeader, offers_bits) == 12 && offsetof(RosterHeader, entries) == 16 &&
              offsetof(RosterHeader, entry_bytes) == 20 && offsetof(RosterHeader, next_id) == 24 &&
              offsetof(RosterHeader, change) == 64 && offsetof(RosterHeader, state) == 72 &&
              offsetof(RosterHeader, generation) == 80 &&
              offsetof(RosterHeader, generation_bytes) == 88 &&
              offsetof(RosterHeader, record) == 128);

// --- publisher segment
// -----------------------------------------------------------------------------

// First in every attachment's segment; constant once the attachment is active, but for `detached`.
struct SegmentIdentity {
    std::uint64_t magic;
    std::uint32_t requires_bits;
    std::uint32_t offers_bits;
    std::uint64_t attachment;  // its number within the region
    std::uint64_t bytes;       // of the whole segment
    Word detached;  // 0 -> 1 by its owner, who leaves and finds no daemon to tell; release,
                    // acquired by the next daemon once it has taken its name
    std::uint8_t reserved[24];
};
static_assert(sizeof(SegmentIdentity) == 64);
static_assert(offsetof(SegmentIdentity, magic) == 0 &&
              offsetof(SegmentIdentity, requires_bits) == 8 &&
              offsetof(SegmentIdentity, offers_bits) == 12 &&
              offsetof(SegmentIdentity, attachment) == 16 &&
              offsetof(SegmentIdentity, bytes) == 24 && offsetof(SegmentIdentity, detached) == 32);

// An attachment's statement that it sleeps: odd while it does, raised by one at each end.
struct alignas(line) Sleep {
    Word epoch;  // pairs by membarrier with what the waker publishes before it reads this
    std::uint8_t reserved[56];
};
static_assert(sizeof(Sleep) == 64 && offsetof(Sleep, epoch) == 0);

struct alignas(line) PublisherHeader {
    SegmentIdentity identity;
    alignas(line) Word floor;  // the oldest sequence that may still be taken; only rises. Raised
                               // before slots are reused; read after a hold or cursor is stated
    std::uint8_t reserved_floor[56];
    // Stored with every sample, just before the roster's change (offset 64) and a subscriber's
    // epoch (64) are loaded: at the same offset within a page those loads would wait for this
    // store.
    alignas(line) Word head;  // all sequences up to here are published or skipped; release after
                              // the stamp, acquired by joiners and by latest()
    Word skips;               // sequences published as skips
    Word unused;              // what samples up to the head fell short of the largest payload,
                              // bytes together; so samples that are full cost no store here
    Word stalls;              // times that there was no room
    std::uint8_t reserved_head[32];
    Sleep sleep;
};
static_assert(sizeof(PublisherHeader) == 256);
static_assert(offsetof(PublisherHeader, head) == 128 && offsetof(PublisherHeader, skips) == 136 &&
              offsetof(PublisherHeader, unused) == 144 &&
              offsetof(PublisherHeader, stalls) == 152 && offsetof(PublisherHeader, floor) == 64 &&
              offsetof(PublisherHeader, sleep) == 192);

inline constexpr std::size_t slots_offset = 4096;  // no slot header lies before this

// The highest bit of a stamp: the sequence was given up, there is no sample in it.
inline constexpr std::uint64_t skipped_bit = std::uint64_t{1} << 63;

// What a slot says of its payload, packed in one word so that it costs one store.
struct SlotExtent {
    std::uint32_t size = 0;  // payload bytes; bounded by the reader
    std::uint32_t skips =
        0;  // sequences skipped before this one, modulo 2^32: makes `missed` exact

    [[nodiscard]] constexpr std::uint64_t pack() const noexcept {
        return std::uint64_t{skips} << 32 | size;
    }
    [[nodiscard]] static constexpr SlotExtent unpack(std::uint64_t word) noexcept {
        return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32)};
    }
};

// Sequence n (from 1) lies in slot (n - 1) mod slots. Moves of a stamp: 0 or n - slots -> n, or n
// with skipped_bit. A slot that a subscriber holds gets only its stamp rewritten, never the rest.
struct alignas(32) SlotHeader {
    Word stamp;   // release in publish, acquired in take
    Word extent;  // SlotExtent
    Word time;    // CLOCK_MONOTONIC nanoseconds, or 0
    std::uint64_t reserved;
};
static_assert(sizeof(SlotHeader) == 32);
static_assert(offsetof(SlotHeader, stamp) == 0 && offsetof(SlotHeader, extent) == 8 &&
              offsetof(SlotHeader, time) == 16);

// --- subscriber segment
// ----------------------------------------------------------------------------

// A publisher looks at the sleep of every subscriber with each sample. At one place in all segments
// those lines would fall into one set of a first-level cache, which has room for 8.
inline constexpr std::size_t sleep_places = 16;

struct alignas(line) SubscriberHeader {
    SegmentIdentity identity;
    Sleep sleeps[sleep_places];  // one is in use: see sleep_of()
};
static_assert(sizeof(SubscriberHeader) == 1088 && offsetof(SubscriberHeader, sleeps) == 64);

template <class Header>
[[nodiscard]] auto& sleep_of(Header& header, std::uint64_t attachment) noexcept {
    return header.sleeps[attachment % sleep_places];
}

// One publisher as this subscriber sees it. Lane i belongs to the publisher in roster entry i whose
// number stands in `publisher`; with another number there, nothing in the lane means anything but
// its counts, which go on from publisher to publisher. A sample counts when it is given back: those
// that were are cursor - 1 - untaken.
struct alignas(line) LaneHead {
    Word publisher;  // release after cursor and holds are set, acquired by that publisher
    Word cursor;     // the oldest sequence still needed; release, acquired by the publisher (block)
    Word untaken;    // sequences below the cursor that do not count: skipped, missed, passed over;
                     // less those that count already and lie beyond it, so it may be negative
    Word unused;     // what those that count fell short of the largest payload, bytes together
    Word missed;     // samples overwritten before they were taken
    std::uint8_t reserved[24];
};
static_assert(sizeof(LaneHead) == 64);
static_assert(offsetof(LaneHead, publisher) == 0 && offsetof(LaneHead, cursor) == 8 &&
              offsetof(LaneHead, untaken) == 16 && offsetof(LaneHead, unused) == 24 &&
              offsetof(LaneHead, missed) == 32);

// Samples taken through this lane and given back; written by its owner, so a hint to everyone else.
// The cursor is stored before what is counted with it and read after it: the counts never run
// ahead.
[[nodiscard]] inline std::uint64_t taken(const LaneHead& lane) noexcept {
    const auto untaken = lane.untaken.load(std::memory_order_acquire);
    const auto cursor = lane.cursor.load(std::memory_order_relaxed);  // relaxed: statistics
    return cursor == 0 ? 0 : cursor - 1 - untaken;
}

// Behind a LaneHead: Word holds[], each the sequence of a sample in use, or 0. Stated before the
// floor is checked, read by the publisher after the floor is raised (membarrier between).
inline constexpr std::size_t holds_per_line = line / sizeof(Word);

}  // namespace bus::abi
