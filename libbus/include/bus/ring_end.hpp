// The ends of a ring as far as the usual publish and the usual take go. Those cost no call: the
// classes in publisher.hpp and subscriber.hpp take their steps inline, over these structs.
// Applications have no use for this header by itself.
//
// The library owns the structs. Whatever is not usual shows in them and goes through a call:
// somebody joined or left, no room, a second loan or sample at the same time, a sample that is not
// full, a clock to read, full fences, several publishers, an event loop. Which stores and loads of
// shared memory a step is made of, and why in this order, is argued in libbus/shm/ring_writer.hpp
// and ring_reader.hpp.
//
// Fields and steps are part of libbus's ABI: under one soname they stay as they are. Fields that
// are written together do not lie side by side, lest a compiler stores them as one vector and a
// later load of one of them has to wait for that.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace bus {
class SubscriberCore;  // private
}

namespace [[gnu::visibility("default")]] bus {

/// Tells the processor that this is a wait loop.
inline void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// Where the parts of a slot lie, from its payload; see libbus/abi/layout.hpp.
struct SlotPlaces {
    static constexpr std::ptrdiff_t stamp = -32;
    static constexpr std::ptrdiff_t extent = -24;
    static constexpr std::uint64_t skipped_bit = std::uint64_t{1} << 63;

    using Word = std::atomic<std::uint64_t>;
    [[nodiscard]] static Word& at(std::byte* payload, std::ptrdiff_t place) noexcept {
        return *reinterpret_cast<Word*>(payload + place);
    }
    [[nodiscard]] static const Word& at(const std::byte* payload, std::ptrdiff_t place) noexcept {
        return *reinterpret_cast<const Word*>(payload + place);
    }
};

/// The writing end of a publisher's ring.
struct alignas(64) PublisherEnd {
    using Word = SlotPlaces::Word;

    std::uint64_t next = 1;        ///< the sequence that is lent next
    std::uint64_t stop = 1;        ///< sequences before this one are lent without a look at anyone
    std::byte* payload = nullptr;  ///< of the next sequence
    std::byte* end = nullptr;      ///< behind the last slot
    std::byte* first = nullptr;    ///< of the first slot
    std::uint64_t stride = 0;      ///< bytes from one slot to the next
    Word* head = nullptr;          ///< all sequences up to this one are published or skipped
    std::uint64_t full = none;     ///< bytes of a sample that is published here
    std::uint64_t extent = 0;      ///< what the slot of a full sample says: skips before it, size
    const Word* change = nullptr;  ///< moves with every join, leave and death
    std::uint64_t seen = 0;        ///< the change that `epochs` stand for
    const Word* const* epochs = nullptr;      ///< of each subscriber: odd while it sleeps
    const Word* const* epochs_end = nullptr;  ///< behind the last of them
    std::uint64_t reserved[3] = {};

    /// What `full` is while nothing is: there is a clock to read, or light fences cost something.
    static constexpr std::uint64_t none = ~std::uint64_t{0};

    /// The next slot, or null when that is not usual.
    [[nodiscard]] std::byte* lend() noexcept {
        // relaxed: a hint to look closer, and that look acquires
        if (next == stop || change->load(std::memory_order_relaxed) != seen) [[unlikely]]
            return nullptr;
        return claim();
    }
    /// Requires: next != stop.
    [[nodiscard]] std::byte* claim() noexcept {
        std::byte* const claimed = payload;
        advance();
        return claimed;
    }
    void advance() noexcept {
        ++next;
        std::byte* const following = payload + stride;
        payload = following != end ? following : first;
    }

    /// Whether one loan is out and no more.
    [[nodiscard]] bool only_loan() const noexcept {
        return head->load(std::memory_order_relaxed) + 2 == next;  // relaxed: own store
    }
    /// Makes a loan visible with `size` bytes. False, and nothing is done, when that is not usual.
    [[nodiscard]] bool publish(std::byte* loan, std::size_t size) noexcept {
        // In locals: what an atomic store has passed is loaded again.
        Word& published = *head;
        const auto sequence = next - 1;
        // relaxed: own store
        if (size != full || published.load(std::memory_order_relaxed) + 1 != sequence) [[unlikely]]
            return false;
        // relaxed: made visible by the stamp
        SlotPlaces::at(loan, SlotPlaces::extent).store(extent, std::memory_order_relaxed);
        // release: hands over payload and header; acquired in take()
        SlotPlaces::at(loan, SlotPlaces::stamp).store(sequence, std::memory_order_release);
        published.store(sequence, std::memory_order_release);  // acquired by joiners and latest()
        return true;
    }
    /// After publish(): whether a subscriber sleeps or the roster moved. One look at all epochs,
    /// without a branch for each: seldom does anyone sleep.
    [[nodiscard]] bool somebody_waits() const noexcept {
        std::atomic_signal_fence(std::memory_order_seq_cst);  // the light half of the fence
        std::uint64_t odd = 0;
        for (const auto* epoch = epochs; epoch != epochs_end; ++epoch)
            odd |= (*epoch)->load(std::memory_order_relaxed);  // relaxed: see Sleeper
        // relaxed: as in lend()
        return (odd & 1) != 0 || change->load(std::memory_order_relaxed) != seen;
    }
};

/// The reading end of one publisher's ring.
struct alignas(64) LaneEnd {
    using Word = SlotPlaces::Word;

    std::uint64_t next = 1;              ///< the sequence that is taken next
    const std::byte* end = nullptr;      ///< behind the last slot
    const std::byte* payload = nullptr;  ///< of the next sequence
    const std::byte* first = nullptr;    ///< of the first slot
    std::uint64_t stride = 0;            ///< bytes from one slot to the next
    const std::byte* lent = unusual();  ///< the one sample that is out; null: none is; or unusual()
    std::uint64_t full = 0;             ///< bytes of the largest payload
    std::uint64_t size_and_place = 0;   ///< of a sample that is lent here; see BytesSample
    Word* cursor = nullptr;             ///< the oldest sequence that is still needed
    const Word* epoch = nullptr;        ///< of the publisher: odd while it sleeps
    std::uint64_t reserved[6] = {};

    /// What `lent` is when the next take or release has to go through the library.
    [[nodiscard]] static const std::byte* unusual() noexcept {
        return reinterpret_cast<const std::byte*>(std::uintptr_t{1});
    }

    enum class Look { Sample, Nothing, Unusual };
    /// Takes the next sample, which then is what `lent` says, or tells why not.
    [[nodiscard]] Look take() noexcept {
        // In locals: what an atomic load has passed is loaded again.
        const std::byte* const sample = payload;
        const auto sequence = next;
        const auto stamp = SlotPlaces::at(sample, SlotPlaces::stamp)
                               .load(std::memory_order_acquire);  // see publish()
        if (stamp != sequence) {
            const bool published = (stamp & ~SlotPlaces::skipped_bit) >= sequence;
            return published ? Look::Unusual : Look::Nothing;
        }
        // relaxed: after the stamp
        const auto extent =
            SlotPlaces::at(sample, SlotPlaces::extent).load(std::memory_order_relaxed);
        if (lent != nullptr || static_cast<std::uint32_t>(extent) != full) [[unlikely]]
            return Look::Unusual;
        lent = sample;
        advance();
        return Look::Sample;
    }
    /// Whether take() would give one or has to go through the library.
    [[nodiscard]] bool sees_sample() const noexcept {
        const auto stamp =
            SlotPlaces::at(payload, SlotPlaces::stamp).load(std::memory_order_acquire);
        return (stamp & ~SlotPlaces::skipped_bit) >= next;
    }
    void advance() noexcept {
        ++next;
        const std::byte* const following = payload + stride;
        payload = following != end ? following : first;
    }
    /// Whether the one sample that is out was lent here; it is the last one taken.
    [[nodiscard]] bool lends() const noexcept { return lent != nullptr && lent != unusual(); }

    /// Gives a sample back. False, and nothing is done, when that is not usual.
    [[nodiscard]] bool take_back(const std::byte* sample) noexcept {
        if (sample != lent) [[unlikely]]
            return false;
        lent = nullptr;
        cursor->store(next, std::memory_order_release);  // acquired in SubscriberView::look()
        return true;
    }
    /// After take_back(): a publisher that sleeps for want of room may go on.
    [[nodiscard]] bool publisher_sleeps() const noexcept {
        std::atomic_signal_fence(std::memory_order_seq_cst);       // the light half of the fence
        return (epoch->load(std::memory_order_relaxed) & 1) != 0;  // relaxed: see Sleeper
    }
};

/// A subscriber's ends.
struct SubscriberEnd {
    const SlotPlaces::Word* change = nullptr;  ///< moves with every join, leave and death
    std::uint64_t seen = 0;                    ///< the change that `lane` stands for
    LaneEnd* lane = nullptr;                   ///< of the only publisher; null: not usual
    SubscriberCore* owner = nullptr;
    std::uint64_t waited_at = 0;  ///< what the lane would have given at the last wait
    std::uint32_t looks = 0;      ///< for a sample, before the library waits for one
    std::uint32_t reserved[5] = {};

    /// Samples taken without a wait that make a stream of them.
    static constexpr std::uint64_t stream = 16;

    [[nodiscard]] bool usual() const noexcept {
        // relaxed: a hint to look closer, and that look acquires
        return lane != nullptr && change->load(std::memory_order_relaxed) == seen;
    }
    /// Looks for a sample a few times. False: there was none yet. Requires: usual().
    [[nodiscard]] bool look_often() noexcept {
        auto* const looked_at = lane;
        if (looks == 0 || looked_at->lent != nullptr) return false;
        // In the middle of a stream the publisher gets a start of a few samples: with a reader at
        // its heels it loses each line before it has filled it.
        const auto taken = looked_at->next - waited_at;
        waited_at = looked_at->next;
        if (taken >= stream)
            for (int i = 0; i < 8; ++i) relax();
        for (auto left = looks; left != 0; --left) {
            if (looked_at->sees_sample()) return true;
            relax();
        }
        return false;
    }
};

static_assert(sizeof(PublisherEnd) == 128 && offsetof(PublisherEnd, payload) == 16 &&
              offsetof(PublisherEnd, head) == 48 && offsetof(PublisherEnd, full) == 56 &&
              offsetof(PublisherEnd, seen) == 80 && offsetof(PublisherEnd, epochs_end) == 96);
static_assert(sizeof(LaneEnd) == 128 && offsetof(LaneEnd, payload) == 16 &&
              offsetof(LaneEnd, lent) == 40 && offsetof(LaneEnd, full) == 48 &&
              offsetof(LaneEnd, cursor) == 64 && offsetof(LaneEnd, epoch) == 72);
static_assert(sizeof(SubscriberEnd) == 64 && offsetof(SubscriberEnd, lane) == 16 &&
              offsetof(SubscriberEnd, looks) == 40);

}  // namespace bus
