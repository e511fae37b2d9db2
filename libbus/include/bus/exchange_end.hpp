// The two ends of an exchange as far as the usual call goes: one request after the other, and a
// server with one client. Those cost no call: the classes in client.hpp and server.hpp take their
// steps inline, over these structs. Applications have no use for this header by itself.
//
// As in ring_end.hpp: the library owns the structs, whatever is not usual goes through a call, and
// fields and steps are part of libbus's ABI. Inline they are not for the call's cost alone: a line
// that is written in two bursts travels twice, since the other side looks at it in between. Which
// stores and loads of shared memory a step is made of is argued in libbus/shm/exchange.hpp.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <bus/ring_end.hpp>

namespace bus {
class ClientLink;    // private
class ServedClient;  // private
}  // namespace bus

namespace [[gnu::visibility("default")]] bus {

/// What a slot of an exchange says; see libbus/abi/service_layout.hpp.
struct RequestWords {
    static constexpr std::uint64_t requested = 1;
    static constexpr std::uint64_t responded = 2;
    static constexpr std::uint64_t states = 7;  ///< the bits of a stamp that are its state

    [[nodiscard]] static constexpr std::uint64_t stamp(std::uint64_t sequence,
                                                       std::uint64_t state) noexcept {
        return sequence << 3 | state;
    }
    [[nodiscard]] static constexpr std::uint64_t sequence(std::uint64_t stamp) noexcept {
        return stamp >> 3;
    }
    /// Of the content word; more than `largest` was never asked for.
    [[nodiscard]] static constexpr std::uint32_t size(std::uint64_t content,
                                                      std::uint32_t largest) noexcept {
        const auto said = static_cast<std::uint32_t>(content);
        return said < largest ? said : largest;
    }
};

/// The client's end of an exchange.
struct alignas(64) ClientEnd {
    using Word = SlotPlaces::Word;

    enum class Stage : std::uint64_t { Free, Lent, Sent, Abandoned };
    /// Where a slot stands as far as this end knows.
    struct Slot {
        std::uint64_t sequence = 0;  ///< of the last request in it
        Stage stage = Stage::Free;
    };
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    const Word* change = nullptr;   ///< moves with every join, leave and death
    std::uint64_t seen = 0;         ///< the change that all this stands for, or never()
    const Word* epoch = nullptr;    ///< of the server: odd while it sleeps
    std::byte* first = nullptr;     ///< of the first slot's payload
    std::uint64_t stride = 0;       ///< bytes from one slot to the next
    Slot* slots = nullptr;          ///< all of them
    std::uint32_t* free = nullptr;  ///< slots that can be lent, the last one first
    std::uint32_t free_count = 0;
    std::uint32_t largest = 0;  ///< bytes of the largest payload
    std::uint64_t sent = 0;     ///< requests so far
    Word* sent_word = nullptr;  ///< where the server reads how many
    std::uint32_t looks = 0;    ///< for an answer, before the library waits for it
    bool current = false;       ///< false: lies behind, with calls in it
    ClientLink* owner = nullptr;
    std::uint64_t reserved[3] = {};

    /// What `seen` is while nothing is usual.
    [[nodiscard]] static constexpr std::uint64_t never() noexcept { return ~std::uint64_t{0}; }
    /// Whether nobody came or went. relaxed: a hint to look closer, and that look acquires
    [[nodiscard]] bool usual() const noexcept {
        return change->load(std::memory_order_relaxed) == seen;
    }
    [[nodiscard]] std::byte* payload(std::uint32_t slot) const noexcept {
        return first + slot * stride;
    }

    /// A slot to fill. Requires: one is free.
    [[nodiscard]] std::uint32_t claim() noexcept {
        const auto slot = free[--free_count];
        slots[slot].stage = Stage::Lent;
        return slot;
    }
    /// Hands a slot over with `size` payload bytes. Requires: it is lent; size <= largest.
    void send(std::uint32_t slot, std::uint32_t size) noexcept {
        const auto number = ++sent;
        std::byte* const data = payload(slot);
        slots[slot].sequence = number;
        slots[slot].stage = Stage::Sent;
        // relaxed: made visible by the stamp
        SlotPlaces::at(data, SlotPlaces::extent).store(size, std::memory_order_relaxed);
        // release: hands over payload and content; acquired in ServedEnd::fresh_in()
        SlotPlaces::at(data, SlotPlaces::stamp)
            .store(RequestWords::stamp(number, RequestWords::requested), std::memory_order_release);
        sent_word->store(number, std::memory_order_release);  // acquired in refresh()
    }
    /// After send(): a server that sleeps must be woken.
    [[nodiscard]] bool server_sleeps() const noexcept {
        std::atomic_signal_fence(std::memory_order_seq_cst);       // the light half of the fence
        return (epoch->load(std::memory_order_relaxed) & 1) != 0;  // relaxed: see Sleeper
    }
    /// Whether there is a response to what was sent in this slot. With one, the slot is lent again.
    [[nodiscard]] bool has_response(std::uint32_t slot) noexcept {
        auto& own = slots[slot];
        if (own.stage != Stage::Sent) [[unlikely]]
            return false;
        const auto stamp = SlotPlaces::at(payload(slot), SlotPlaces::stamp)
                               .load(std::memory_order_acquire);  // released in ServedEnd
        if (stamp != RequestWords::stamp(own.sequence, RequestWords::responded)) return false;
        own.stage = Stage::Lent;
        return true;
    }
    /// Bytes of the response. Requires: has_response().
    [[nodiscard]] std::uint32_t response_size(std::uint32_t slot) const noexcept {
        // relaxed: the stamp was acquired
        return RequestWords::size(
            SlotPlaces::at(payload(slot), SlotPlaces::extent).load(std::memory_order_relaxed),
            largest);
    }
    /// Lets go of a slot. False, and nothing is done, when that is not usual.
    [[nodiscard]] bool give_back(std::uint32_t slot) noexcept {
        auto& own = slots[slot];
        if (!current || own.stage == Stage::Sent) [[unlikely]]
            return false;
        own.stage = Stage::Free;
        free[free_count++] = slot;
        return true;
    }
};

/// The server's end of one client's exchange.
struct alignas(64) ServedEnd {
    using Word = SlotPlaces::Word;

    struct Slot {
        std::uint64_t sequence = 0;  ///< of the last request that was taken from it
        std::uint64_t in_hand = 0;   ///< 1: taken, and not handed back
    };
    struct Taken {
        std::byte* payload = nullptr;  ///< null: nothing was
        std::uint32_t slot = 0;
        std::uint32_t size = 0;  ///< bytes, at most the largest
    };
    enum class Look { Request, Nothing, Unusual };

    std::byte* first = nullptr;   ///< of the first slot's payload
    std::uint64_t stride = 0;     ///< bytes from one slot to the next
    Slot* slots = nullptr;        ///< all of them
    const Word* epoch = nullptr;  ///< of the client: odd while it sleeps
    std::uint32_t expected = 0;   ///< the slot that the next request is likely to lie in
    std::uint32_t misses = 0;     ///< looks at it in vain since `sent` was read
    std::uint32_t interval = 1;   ///< after so many it is read again
    std::uint32_t in_hand = 0;    ///< requests that were taken and not handed back
    std::uint64_t found = 0;      ///< requests taken, and those counted that are nowhere
    std::uint64_t seen = 0;       ///< requests that are known to have been sent
    Word* taken_word = nullptr;   ///< statistics
    Word* responded_word = nullptr;
    std::uint64_t taken = 0;
    std::uint64_t responded = 0;
    std::uint32_t largest = 0;  ///< bytes of the largest payload
    std::uint32_t scanned = 0;  ///< slots looked at in vain since there was news
    bool plain = false;         ///< its client is there, and light fences cost nothing
    ServedClient* owner = nullptr;

    [[nodiscard]] std::byte* payload(std::uint32_t slot) const noexcept {
        return first + slot * stride;
    }
    /// The sequence of a request in this slot that was not taken yet, or 0.
    [[nodiscard]] std::uint64_t fresh_in(std::uint32_t slot) const noexcept {
        const auto stamp = SlotPlaces::at(payload(slot), SlotPlaces::stamp)
                               .load(std::memory_order_acquire);  // from ClientEnd::send()
        if ((stamp & RequestWords::states) != RequestWords::requested) return 0;
        const auto& own = slots[slot];
        const auto sequence = RequestWords::sequence(stamp);
        return own.in_hand != 0 || sequence == own.sequence ? 0 : sequence;
    }
    /// Takes the request of this sequence. Requires: fresh_in() gave it.
    Taken accept(std::uint32_t slot, std::uint64_t sequence) noexcept {
        slots[slot].sequence = sequence;
        slots[slot].in_hand = 1;
        ++in_hand;
        ++found;
        misses = 0;
        if (sequence > seen) see(sequence);                     // all before it are there, too
        taken_word->store(++taken, std::memory_order_relaxed);  // relaxed: statistics
        std::byte* const data = payload(slot);
        // relaxed: the stamp was acquired
        const auto content =
            SlotPlaces::at(data, SlotPlaces::extent).load(std::memory_order_relaxed);
        return {data, slot, RequestWords::size(content, largest)};
    }
    void see(std::uint64_t sent) noexcept {
        seen = sent;
        scanned = 0;
    }
    /// Looks where the next request is expected, and takes it.
    [[nodiscard]] Look take(Taken& request) noexcept {
        if (found < seen) [[unlikely]]
            return Look::Unusual;
        if (const auto sequence = fresh_in(expected); sequence != 0) {
            request = accept(expected, sequence);
            return Look::Request;
        }
        return ++misses < interval ? Look::Nothing : Look::Unusual;
    }
    /// The same without taking it.
    [[nodiscard]] Look look() noexcept {
        if (found < seen) [[unlikely]]
            return Look::Unusual;
        if (fresh_in(expected) != 0) return Look::Request;
        return ++misses < interval ? Look::Nothing : Look::Unusual;
    }
    /// Hands a slot back. Requires: it is in hand; size <= largest.
    void respond(std::uint32_t slot, std::uint32_t size) noexcept {
        hand_back(slot, size, RequestWords::responded);
        responded_word->store(++responded, std::memory_order_relaxed);  // relaxed: statistics
    }
    void hand_back(std::uint32_t slot, std::uint64_t content, std::uint64_t state) noexcept {
        auto& own = slots[slot];
        std::byte* const data = payload(slot);
        // relaxed: made visible by the stamp
        SlotPlaces::at(data, SlotPlaces::extent).store(content, std::memory_order_relaxed);
        // release: hands payload and content back; acquired in ClientEnd::has_response()
        SlotPlaces::at(data, SlotPlaces::stamp)
            .store(RequestWords::stamp(own.sequence, state), std::memory_order_release);
        own.in_hand = 0;
        --in_hand;
        expected = slot;
    }
    /// After respond(): a client that sleeps must be woken.
    [[nodiscard]] bool client_sleeps() const noexcept {
        std::atomic_signal_fence(std::memory_order_seq_cst);       // the light half of the fence
        return (epoch->load(std::memory_order_relaxed) & 1) != 0;  // relaxed: see Sleeper
    }
};

/// A server's ends.
struct ServerEnd {
    using Word = SlotPlaces::Word;

    const Word* change = nullptr;    ///< moves with every join, leave and death
    std::uint64_t seen = 0;          ///< the change that `only` stands for
    ServedEnd* only = nullptr;       ///< the only client; null: not usual
    Word* taken_word = nullptr;      ///< statistics, of all clients
    Word* responded_word = nullptr;  ///< statistics, of all clients
    std::uint32_t looks = 0;         ///< for a request, before the library waits for one
    bool arms = false;               ///< who finds nothing must say so: an event loop waits
    std::uint64_t reserved[2] = {};

    [[nodiscard]] bool usual() const noexcept {
        // relaxed: a hint to look closer, and that look acquires
        return only != nullptr && change->load(std::memory_order_relaxed) == seen;
    }
    static void count(Word& word) noexcept {
        // relaxed: statistics, own stores
        word.store(word.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
};

static_assert(sizeof(ClientEnd) == 128 && offsetof(ClientEnd, slots) == 40 &&
              offsetof(ClientEnd, sent) == 64 && offsetof(ClientEnd, looks) == 80 &&
              offsetof(ClientEnd, owner) == 88);
static_assert(sizeof(ServedEnd) == 128 && offsetof(ServedEnd, epoch) == 24 &&
              offsetof(ServedEnd, found) == 48 && offsetof(ServedEnd, taken) == 80 &&
              offsetof(ServedEnd, largest) == 96 && offsetof(ServedEnd, owner) == 112);
static_assert(sizeof(ServerEnd) == 64 && offsetof(ServerEnd, only) == 16);

}  // namespace bus
