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

#include <bus/exchange_end.hpp>

#include "abi/geometry.hpp"
#include "abi/service_layout.hpp"

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
    static constexpr std::uint32_t none = ClientEnd::none;

    enum class Look : std::uint32_t { Nothing, Responded, Refused };
    // What came of a request: `size` bytes of a response or of a refusal's text, its code.
    struct Answer {
        Look look = Look::Nothing;
        std::uint32_t size = 0;
        std::uint32_t code = 0;
    };

    // Over a segment that format_exchange() laid out and nobody wrote to since.
    ClientExchange(std::byte* segment, const abi::Geometry& geometry);
    ClientExchange(const ClientExchange&) = delete;
    ClientExchange& operator=(const ClientExchange&) = delete;

    // A slot to fill, or `none` while all are lent or under way.
    [[nodiscard]] std::uint32_t claim() noexcept { return has_room() ? end_.claim() : none; }
    // Whether claim() would give a slot.
    [[nodiscard]] bool has_room() noexcept { return end_.free_count != 0 || reclaim(); }

    // Hands a slot over with `size` payload bytes. Requires: it is lent; size <= geometry.size.
    void send(std::uint32_t slot, std::uint32_t size) noexcept { end_.send(slot, size); }

    // Whether there is an answer to what was sent in this slot. With one, the slot is lent again.
    [[nodiscard]] Answer look(std::uint32_t slot) noexcept;
    // Whether look() would find one for any slot that was sent.
    [[nodiscard]] bool any_answer() const noexcept;

    // Lets go of a slot; one that is under way becomes free once it is answered.
    void give_back(std::uint32_t slot) noexcept;

    // Slots that were claimed and not given back.
    [[nodiscard]] std::uint32_t lent() const noexcept {
        return shared_.count() - end_.free_count - abandoned_;
    }
    [[nodiscard]] const ExchangeSlots& shared() const noexcept { return shared_; }

    // For the usual steps, taken inline. Its owner says whom to look at: `change`, `seen`, `epoch`,
    // `looks`, `current`, `owner`.
    [[nodiscard]] ClientEnd& end() noexcept { return end_; }

private:
    using Stage = ClientEnd::Stage;

    [[nodiscard]] Answer glance(std::uint32_t slot) const noexcept;
    [[nodiscard]] bool reclaim() noexcept;

    ClientEnd end_;
    ExchangeSlots shared_;
    std::vector<ClientEnd::Slot> slots_;
    std::vector<std::uint32_t> free_;  // room for all
    std::uint32_t abandoned_ = 0;
};

class ServerExchange {
public:
    static constexpr std::uint32_t longest_scan = 64;

    using Taken = ServedEnd::Taken;

    // Over a client's exchange, whatever stands in it already.
    ServerExchange(std::byte* segment, const abi::Geometry& geometry);
    ServerExchange(const ServerExchange&) = delete;
    ServerExchange& operator=(const ServerExchange&) = delete;

    // Takes a request, or answers without a payload when a look shows none.
    [[nodiscard]] Taken take() noexcept {
        Taken taken;
        if (end_.take(taken) != ServedEnd::Look::Unusual) [[likely]]
            return taken;
        return found_all() && !refresh() ? Taken{} : scan();
    }
    // Whether take() may give one, at the same cost.
    [[nodiscard]] bool ready() noexcept {
        const auto look = end_.look();
        if (look != ServedEnd::Look::Unusual) return look == ServedEnd::Look::Request;
        return !found_all() || refresh();
    }
    // The same without any request overlooked: for who is about to sleep.
    [[nodiscard]] bool pending() noexcept { return refresh() || end_.fresh_in(end_.expected) != 0; }

    // Hand a slot back. Requires: take() gave it and it was not handed back; size <= geometry.size.
    void respond(std::uint32_t slot, std::uint32_t size) noexcept { end_.respond(slot, size); }
    // `text` is cut to the largest payload.
    void refuse(std::uint32_t slot, std::uint32_t code, std::string_view text) noexcept;

    // Requests that were taken and not handed back.
    [[nodiscard]] std::uint32_t in_hand() const noexcept { return end_.in_hand; }
    [[nodiscard]] const ExchangeSlots& shared() const noexcept { return shared_; }

    // For the usual steps, taken inline. Its owner says `plain` and `owner`.
    [[nodiscard]] ServedEnd& end() noexcept { return end_; }

private:
    // How many looks may pass before `sent` is read, when it has shown nothing for long.
    static constexpr std::uint32_t longest_interval = 256;

    [[nodiscard]] bool found_all() const noexcept { return end_.found >= end_.seen; }
    [[nodiscard]] bool refresh() noexcept;
    [[nodiscard]] Taken scan() noexcept;

    ServedEnd end_;
    ExchangeSlots shared_;
    std::vector<ServedEnd::Slot> slots_;
    std::uint32_t cursor_ = 0;  // where the scan goes on
    std::uint64_t refused_ = 0;
};

}  // namespace bus::shm
