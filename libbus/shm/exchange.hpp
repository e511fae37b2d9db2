// The two ends of an exchange: a client's slots, in which its requests lie, and where they are
// answered.
//
// The client fills a slot that is free and stamps it Requested; from then on it is the server's,
// who works on the payload where it lies and stamps it Responded or Refused, by which it is the
// client's again. Any free slot will do: the client takes the one that came back last, and the
// server looks there first. So one request after the other travels in the same slot, and its lines
// are all that moves between the two.
//
// Both ends write the whole segment, so neither believes it. Each keeps for itself where every slot
// stands, and reads a shared word once, to compare it with what it knows.
//
// Invariants
// 1. An end touches a slot's payload only while it has the slot: the client until it sends and
//    again from the answer on, the server from take() to respond() or refuse().
// 2. Sequences are the client's count of its requests, never reused. An answer counts only if its
//    stamp has the sequence that the client gave this slot last, and it counts once.
// 3. The server takes a request only from a slot that it does not have, and not the same sequence
//    from one slot twice: it answers each request that it took once.
// 4. `sent` is raised after the stamp. So who reads `sent` and then looks at every slot has seen
//    the requests counted in it; a server that has found as many as that can sleep.
// 5. A look at an exchange costs at most `longest_scan` slots, whatever stands in it.
//
// Rejected: sequence n in slot n mod slots (one slow answer holds up all that follow, and large
// payloads rotate out of the caches); a queue of slot numbers beside the slots, or a look at `sent`
// for each request (both a second line per request).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "abi/geometry.hpp"
#include "abi/layout.hpp"

namespace bus::shm {

// What both ends know of the slots.
class ExchangeSlots {
public:
    ExchangeSlots(std::byte* segment, const abi::Geometry& geometry) noexcept
        : header_{reinterpret_cast<abi::ExchangeHeader*>(segment)},
          first_payload_{segment + geometry.first_payload()},
          stride_{geometry.stride()},
          size_{static_cast<std::uint32_t>(geometry.size)},
          count_{geometry.slots} {}

    [[nodiscard]] abi::ExchangeHeader& header() const noexcept { return *header_; }
    [[nodiscard]] std::byte* payload(std::uint32_t slot) const noexcept {
        return first_payload_ + slot * stride_;
    }
    [[nodiscard]] abi::RequestHeader& at(std::uint32_t slot) const noexcept {
        return *reinterpret_cast<abi::RequestHeader*>(payload(slot) - sizeof(abi::RequestHeader));
    }
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }  // largest payload, bytes
    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

private:
    abi::ExchangeHeader* header_;
    std::byte* first_payload_;
    std::uint64_t stride_;
    std::uint32_t size_;
    std::uint32_t count_;
};

class ClientExchange {
public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    enum class Look : std::uint32_t { Nothing, Responded, Refused };
    // What came of a request: `size` bytes of a response or of a refusal's text, its code.
    struct Answer {
        Look look = Look::Nothing;
        std::uint32_t size = 0;
        std::uint32_t code = 0;
    };

    // Over a segment that format_exchange() laid out and nobody wrote to since.
    ClientExchange(std::byte* segment, const abi::Geometry& geometry);

    // A slot to fill, or `none` while all are lent or under way.
    [[nodiscard]] std::uint32_t claim() noexcept {
        if (free_.empty() && !reclaim()) [[unlikely]]
            return none;
        const auto slot = free_.back();
        free_.pop_back();
        slots_[slot].stage = Stage::Lent;
        return slot;
    }
    // Whether claim() would give a slot.
    [[nodiscard]] bool has_room() noexcept { return !free_.empty() || reclaim(); }

    // Hands a slot over with `size` payload bytes. Requires: it is lent; size <= geometry.size.
    void send(std::uint32_t slot, std::uint32_t size) noexcept {
        slots_[slot] = {++sent_, Stage::Sent};
        auto& header = shared_.at(slot);
        // relaxed: made visible by the stamp
        header.content.store(abi::RequestContent{size, 0}.pack(), std::memory_order_relaxed);
        // release: hands over payload and content; acquired in ServerExchange::take()
        header.stamp.store(abi::request_stamp(sent_, abi::RequestState::Requested),
                           std::memory_order_release);
        shared_.header().sent.store(sent_, std::memory_order_release);  // acquired in refresh()
    }

    // Whether there is an answer to what was sent in this slot. With one, the slot is lent again.
    [[nodiscard]] Answer look(std::uint32_t slot) noexcept {
        if (slots_[slot].stage != Stage::Sent) [[unlikely]]
            return {};
        const auto answer = glance(slot);
        if (answer.look != Look::Nothing) slots_[slot].stage = Stage::Lent;
        return answer;
    }
    // Whether look() would find one for any slot that was sent.
    [[nodiscard]] bool any_answer() const noexcept;

    // Lets go of a slot; one that is under way becomes free once it is answered.
    void give_back(std::uint32_t slot) noexcept;

    [[nodiscard]] const ExchangeSlots& shared() const noexcept { return shared_; }

private:
    // Where a slot stands as far as this end knows.
    enum class Stage : std::uint8_t { Free, Lent, Sent, Abandoned };
    struct Slot {
        std::uint64_t sequence = 0;  // of the last request in it
        Stage stage = Stage::Free;
    };

    [[nodiscard]] Answer glance(std::uint32_t slot) const noexcept {
        const auto sequence = slots_[slot].sequence;
        const auto& header = shared_.at(slot);
        const auto stamp = header.stamp.load(std::memory_order_acquire);  // released in answer()
        const bool responded = stamp == abi::request_stamp(sequence, abi::RequestState::Responded);
        if (!responded && stamp != abi::request_stamp(sequence, abi::RequestState::Refused))
            return {};
        // relaxed: the stamp was acquired
        const auto content =
            abi::RequestContent::unpack(header.content.load(std::memory_order_relaxed));
        return {responded ? Look::Responded : Look::Refused,
                content.size < shared_.size() ? content.size : shared_.size(), content.code};
    }
    [[nodiscard]] bool reclaim() noexcept;

    ExchangeSlots shared_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_;  // the last is the next to be lent; capacity fixed
    std::uint64_t sent_ = 0;
    std::uint32_t abandoned_ = 0;
};

class ServerExchange {
public:
    static constexpr std::uint32_t longest_scan = 64;

    struct Taken {
        std::byte* payload = nullptr;
        std::uint32_t slot = 0;
        std::uint32_t size = 0;  // bytes, at most geometry.size
    };

    // Over a client's exchange, whatever stands in it already.
    ServerExchange(std::byte* segment, const abi::Geometry& geometry);

    // Takes a request, or answers without a payload when a look shows none.
    [[nodiscard]] Taken take() noexcept {
        if (found_ >= seen_) [[likely]] {
            if (const auto sequence = fresh_in(expected_); sequence != 0) [[likely]]
                return accept(expected_, sequence);
            if (++misses_ < interval_ || !refresh()) return {};
        }
        return scan();
    }
    // Whether take() may give one, at the same cost.
    [[nodiscard]] bool ready() noexcept {
        return found_ < seen_ || fresh_in(expected_) != 0 || (++misses_ >= interval_ && refresh());
    }
    // The same without any request overlooked: for who is about to sleep.
    [[nodiscard]] bool pending() noexcept { return refresh() || fresh_in(expected_) != 0; }

    // Hand a slot back. Requires: take() gave it and it was not handed back; size <= geometry.size.
    void respond(std::uint32_t slot, std::uint32_t size) noexcept {
        answer(slot, abi::RequestState::Responded, {size, 0});
        count(shared_.header().responded, ++responded_);
    }
    // `text` is cut to the largest payload.
    void refuse(std::uint32_t slot, std::uint32_t code, std::string_view text) noexcept;

    // Requests that were taken and not handed back.
    [[nodiscard]] std::uint32_t in_hand() const noexcept { return in_hand_; }
    [[nodiscard]] const ExchangeSlots& shared() const noexcept { return shared_; }

private:
    struct Slot {
        std::uint64_t sequence = 0;  // of the last request that was taken from it
        bool in_hand = false;
    };
    // How many looks may pass before `sent` is read, when it has shown nothing for long.
    static constexpr std::uint32_t longest_interval = 256;

    static void count(abi::Word& counter, std::uint64_t value) noexcept {
        counter.store(value, std::memory_order_relaxed);  // relaxed: statistics
    }
    // The sequence of a request in this slot that was not taken yet, or 0.
    [[nodiscard]] std::uint64_t fresh_in(std::uint32_t slot) const noexcept {
        const auto stamp = shared_.at(slot).stamp.load(std::memory_order_acquire);  // from send()
        if (!abi::is_requested(stamp)) return 0;
        const auto& own = slots_[slot];
        const auto sequence = abi::sequence_of(stamp);
        return own.in_hand || sequence == own.sequence ? 0 : sequence;
    }
    Taken accept(std::uint32_t slot, std::uint64_t sequence) noexcept {
        slots_[slot] = {sequence, true};
        ++in_hand_;
        ++found_;
        misses_ = 0;
        if (sequence > seen_) see(sequence);  // all before it are there, too
        count(shared_.header().taken, ++taken_);
        // relaxed: the stamp was acquired
        const auto content =
            abi::RequestContent::unpack(shared_.at(slot).content.load(std::memory_order_relaxed));
        return {shared_.payload(slot), slot,
                content.size < shared_.size() ? content.size : shared_.size()};
    }
    void answer(std::uint32_t slot, abi::RequestState state, abi::RequestContent content) noexcept {
        auto& own = slots_[slot];
        auto& header = shared_.at(slot);
        // relaxed: made visible by the stamp
        header.content.store(content.pack(), std::memory_order_relaxed);
        // release: hands payload and content back; acquired in ClientExchange::look()
        header.stamp.store(abi::request_stamp(own.sequence, state), std::memory_order_release);
        own.in_hand = false;
        --in_hand_;
        expected_ = slot;
    }
    void see(std::uint64_t sent) noexcept {
        seen_ = sent;
        scanned_ = 0;
    }
    [[nodiscard]] bool refresh() noexcept;
    [[nodiscard]] Taken scan() noexcept;

    ExchangeSlots shared_;
    std::vector<Slot> slots_;
    std::uint32_t expected_ = 0;  // the slot that the next request is likely to lie in
    std::uint32_t misses_ = 0;    // looks at it in vain since `sent` was read
    std::uint32_t interval_ = 1;  // after so many it is read again
    std::uint32_t in_hand_ = 0;
    std::uint64_t found_ = 0;    // requests taken, and those that were counted and never found
    std::uint64_t seen_ = 0;     // requests that are known to have been sent
    std::uint32_t cursor_ = 0;   // where the scan goes on
    std::uint32_t scanned_ = 0;  // slots looked at in vain since there was news
    std::uint64_t taken_ = 0;
    std::uint64_t responded_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace bus::shm
