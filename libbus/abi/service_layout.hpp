// Every byte of a service's segments, as layout.hpp has those of a topic.
//
//   server segment (that server writes, clients and daemon read)
//     0    ServerHeader        lines: identity | sleep | counters
//
//   exchange segment: a service client's (that client and the one server it is paired with write,
//   the daemon reads)
//     0    ExchangeHeader      lines: identity | client's sleep | client's counters | server's
//     4096 slots as in a publisher segment, each headed by a RequestHeader of 32 bytes
#pragma once

#include <cstddef>
#include <cstdint>

#include "abi/layout.hpp"

namespace bus::abi {

struct alignas(line) ServerHeader {
    SegmentIdentity identity;
    Sleep sleep;
    // Of all its clients, those that left among them. Statistics.
    alignas(line) Word taken;  // requests
    Word responded;
    Word refused;
    std::uint8_t reserved_counters[40];
};
static_assert(sizeof(ServerHeader) == 192);
static_assert(offsetof(ServerHeader, sleep) == 64 && offsetof(ServerHeader, taken) == 128 &&
              offsetof(ServerHeader, responded) == 136 && offsetof(ServerHeader, refused) == 144);

struct alignas(line) ExchangeHeader {
    SegmentIdentity identity;
    Sleep sleep;              // the client's
    alignas(line) Word sent;  // requests, by the client; release after the stamp, acquired by the
                              // server, who then looks for what it has not found
    std::uint8_t reserved_client[56];
    // The server's. Statistics.
    alignas(line) Word taken;  // requests
    Word responded;
    Word refused;
    std::uint8_t reserved_server[40];
};
static_assert(sizeof(ExchangeHeader) == 256);
static_assert(offsetof(ExchangeHeader, sleep) == 64 && offsetof(ExchangeHeader, sent) == 128 &&
              offsetof(ExchangeHeader, taken) == 192 &&
              offsetof(ExchangeHeader, responded) == 200 &&
              offsetof(ExchangeHeader, refused) == 208);

// Where a request stands, packed with its sequence in one word: sequence << 3 | state.
enum class RequestState : std::uint8_t {
    Requested = 1,  // client to server: payload and size are the request's
    Responded = 2,  // server to client: they are the response's
    Refused = 3,    // server to client: a code, and a text in the payload's bytes
};
[[nodiscard]] constexpr std::uint64_t request_stamp(std::uint64_t sequence,
                                                    RequestState state) noexcept {
    return sequence << 3 | static_cast<std::uint64_t>(state);
}

// Request n (from 1, the client's count) lies in whichever slot the client chose. The client's
// moves of a stamp: 0, or any but Requested -> n Requested; the server's: n Requested -> n
// Responded | n Refused. Whoever the stamp points to may write the rest of the slot.
struct alignas(32) RequestHeader {
    Word stamp;    // release in send(), acquired in take(); release in respond() and refuse(),
                   // acquired in look()
    Word content;  // RequestContent
    std::uint64_t reserved[2];
};
static_assert(sizeof(RequestHeader) == 32);
static_assert(offsetof(RequestHeader, stamp) == 0 && offsetof(RequestHeader, content) == 8);

struct RequestContent {
    std::uint32_t size = 0;  // payload bytes; bounded by the reader
    std::uint32_t code = 0;  // of a refusal

    [[nodiscard]] constexpr std::uint64_t pack() const noexcept {
        return std::uint64_t{code} << 32 | size;
    }
    [[nodiscard]] static constexpr RequestContent unpack(std::uint64_t word) noexcept {
        return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32)};
    }
};

}  // namespace bus::abi
