// The lock of a raw region: one writer, or any number of readers.
//
// One word in the lock segment names the writer that has it. Readers cannot write that segment: a
// reader states in a segment of its own that it reads, and writers look there.
//
// Invariants
// 1. Obtaining and recording are one instruction: the compare-and-swap that takes the word puts the
//    holder's number there. So no death falls between, and whose lock it was is never in doubt.
// 2. Writers exclude one another: the word goes from "nobody" to a number only by that
//    compare-and-swap, and back only by one from its holder's number: its holder's, or the
//    daemon's for a holder that has gone.
// 3. Readers and writers exclude one another (Dekker). A reader states, then looks at the word; a
//    writer takes the word, then looks at the statement. All four are seq_cst, so they have one
//    order; whichever of the two stores comes second in it is followed by its own side's look,
//    which sees the other's store. So at least one side sees the other: a reader that sees a holder
//    withdraws, a writer that sees a statement waits until it is withdrawn.
// 4. Nobody waits with a statement standing: a reader withdraws before it waits, so a writer waits
//    for readers that are in, never for one that waits for it.
// 5. A writer knows every reader whose statement can matter: a reader is in the roster before its
//    first statement (the daemon announces it before it answers Activate), so where that statement
//    precedes a writer's compare-and-swap, the roster's change does, and the writer looks at the
//    roster after it.
// 6. Deaths: a reader that died is in the roster no more, and its statement stops counting. A
//    writer that died holding is replaced by abandoned_bit, by the daemon alone, in one
//    compare-and-swap from that writer's number; the next holder is told, and takes the bit away.
// 7. What a holder wrote is seen by the next: release in release() and leave(), acquired by the
//    looks that let somebody in.
// 8. Who has to wait lies down on its lock_sleep and looks again; who gives the lock back does so
//    first, then looks at the sleeps (sleeper.hpp). A reader that leaves looks only when a writer
//    has the word.
//
// Rejected: a semaphore as the lock (who holds it stands elsewhere, and a death between the two
// leaves it held by nobody known), a robust mutex (the kernel walks a list in memory that others
// write, and readers could not lock what they cannot write), a count of readers in the lock segment
// (a death leaks it, and readers would have to write there).
#pragma once

#include <cstddef>
#include <cstdint>

#include "abi/raw_layout.hpp"
#include "shm/waker.hpp"

namespace bus::shm {

// What became of an attempt to take the word.
enum class Obtained : std::uint8_t { No, Yes, Abandoned };

// A writer's side.
class WriterLock {
public:
    WriterLock() noexcept = default;
    // Over the lock segment, as attachment `id`.
    WriterLock(std::byte* segment, std::uint64_t id) noexcept
        : holder_{&reinterpret_cast<abi::LockHeader*>(segment)->holder}, id_{id} {}

    // Takes the word when nobody has it. The lock is had once no reader() is in.
    [[nodiscard]] Obtained try_obtain() noexcept {
        std::uint64_t word = 0;
        // seq_cst: the store of invariant 3
        if (holder_->compare_exchange_strong(word, id_, std::memory_order_seq_cst,
                                             std::memory_order_relaxed)) [[likely]]
            return Obtained::Yes;
        return word == abi::abandoned_bit ? obtain_abandoned() : Obtained::No;
    }
    // Whether this side has the word. The daemon takes it from one whose end it was told of.
    [[nodiscard]] bool held() const noexcept {
        return holder_->load(std::memory_order_relaxed) == id_;  // relaxed: own store
    }
    // Whether try_obtain() is worth a try, without taking the line from its holder.
    [[nodiscard]] bool is_free() const noexcept {
        return abi::holder_of(holder_->load(std::memory_order_relaxed)) == 0;  // relaxed: a hint
    }
    // Gives the word back without having been in: what was abandoned still is.
    void withdraw(Obtained as) noexcept {
        put_back(as == Obtained::Abandoned ? abi::abandoned_bit : 0);
    }
    // Gives the word back; one that is another's by now is left alone.
    void release() noexcept { put_back(0); }

private:
    // One instruction: between a look and a store the daemon may take the word away, and the store
    // would free it from the next holder.
    void put_back(std::uint64_t word) noexcept {
        auto own = id_;
        // release: acquired in try_obtain(), look(); relaxed on failure: it is another's
        static_cast<void>(holder_->compare_exchange_strong(own, word, std::memory_order_release,
                                                           std::memory_order_relaxed));
    }
    [[nodiscard]] Obtained obtain_abandoned() noexcept;

    abi::Word* holder_ = nullptr;
    std::uint64_t id_ = 0;
};

// A reader's side.
class ReaderLock {
public:
    // What a reader saw of the word after its statement.
    enum class Seen : std::uint8_t { Free, Abandoned, Held };

    ReaderLock() noexcept = default;
    // Over the lock segment, with the statement in this reader's own segment.
    ReaderLock(const std::byte* segment, std::byte* own) noexcept
        : holder_{&reinterpret_cast<const abi::LockHeader*>(segment)->holder},
          reading_{&reinterpret_cast<abi::RawMemberHeader*>(own)->reading} {}

    // States that this side reads. What follows is a look(), and leave() when that sees a holder.
    void state() noexcept { reading_->store(1, std::memory_order_seq_cst); }
    [[nodiscard]] Seen look() const noexcept {
        const auto word = holder_->load(std::memory_order_seq_cst);
        if (abi::holder_of(word) != 0) return Seen::Held;
        return word == 0 ? Seen::Free : Seen::Abandoned;
    }
    // Withdraws the statement. A writer may be waiting for that: see wanted().
    void leave() noexcept {
        reading_->store(0, std::memory_order_release);  // acquired in reads()
    }
    // Whether a writer has the word; after leave() and a light fence.
    [[nodiscard]] bool wanted() const noexcept {
        return abi::holder_of(holder_->load(std::memory_order_relaxed)) !=
               0;  // relaxed: see Sleeper
    }

private:
    const abi::Word* holder_ = nullptr;
    abi::Word* reading_ = nullptr;
};

// Whether this reader's statement stands: a writer's look of invariant 3.
[[nodiscard]] inline bool reads(const abi::RawMemberHeader& reader) noexcept {
    return reader.reading.load(std::memory_order_seq_cst) != 0;
}

// The daemon's part: takes the lock from a holder that has gone. False when it was not its.
bool abandon_lock(std::byte* segment, std::uint64_t id) noexcept;

// The number in the word, or 0.
[[nodiscard]] std::uint64_t lock_holder(const std::byte* segment) noexcept;

// One member of the region as a peer that may have to wake it sees it.
struct MemberView {
    const abi::RawMemberHeader* header = nullptr;
    Waker* waker = nullptr;
    std::uint64_t id = 0;               // attachment number
    std::uint64_t posted_for_lock = 0;  // the epoch of each sleep that it was last woken from
    std::uint64_t posted_for_change = 0;

    // Post when it sleeps for that and was not yet woken from this sleep. After light_fence().
    void wake_for_lock() noexcept { wake(header->lock_sleep, posted_for_lock); }
    void wake_for_change() noexcept { wake(header->change_sleep, posted_for_change); }

private:
    void wake(const abi::Sleep& sleep, std::uint64_t& posted) noexcept {
        const auto now = sleep.epoch.load(std::memory_order_relaxed);  // relaxed: see Sleeper
        if ((now & 1) == 0 || now == posted) [[likely]]
            return;
        posted = now;
        waker->post();
    }
};

}  // namespace bus::shm
