// An exchange in one process: both ends over heap memory of exactly the segment's size, so that the
// address sanitizer sees every step outside.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "ring_fixture.hpp"
#include "shm/exchange.hpp"

namespace bus::shm {

[[nodiscard]] inline abi::Shape small_service(std::uint32_t depth) {
    abi::Shape shape;
    shape.kind = Kind::Service;
    shape.size = 32;
    shape.slots = depth;
    shape.leading = 1;
    shape.following = 1;
    shape.fence = Fence::Full;
    return shape;
}

// Requests and responses are numbers.
class TestExchange {
public:
    explicit TestExchange(std::uint32_t depth = 4)
        : geometry{derive_geometry(small_service(depth), 1 << 30)},
          memory{geometry.slots_bytes()},
          client{format(), geometry},
          server{memory.data(), geometry} {}

    // Sends a number; the slot, or none.
    std::uint32_t send(std::uint64_t number) {
        const auto slot = client.claim();
        if (slot == ClientExchange::none) return slot;
        std::memcpy(client.shared().payload(slot), &number, sizeof number);
        client.send(slot, sizeof number);
        return slot;
    }
    // Takes until there is one or a scan has been through all.
    ServerExchange::Taken take() {
        for (std::uint32_t looks = 0; looks < 2 * geometry.slots + 600; ++looks)
            if (const auto taken = server.take(); taken.payload != nullptr) return taken;
        return {};
    }
    // The number in the next request, which stays in hand; nothing when there is none.
    std::optional<std::uint64_t> take_number() {
        last = take();
        if (last.payload == nullptr) return std::nullopt;
        return number_at(last.payload);
    }
    // Answers the request taken last with this number.
    void respond(std::uint64_t number) {
        std::memcpy(last.payload, &number, sizeof number);
        server.respond(last.slot, sizeof number);
    }
    // What the client finds in this slot: a number, "refused CODE TEXT", or "nothing".
    std::string answer(std::uint32_t slot) {
        const auto found = client.look(slot);
        const auto* payload = client.shared().payload(slot);
        if (found.look == ClientExchange::Look::Nothing) return "nothing";
        if (found.look == ClientExchange::Look::Responded)
            return std::to_string(number_at(payload));
        return "refused " + std::to_string(found.code) + ' ' +
               std::string{reinterpret_cast<const char*>(payload), found.size};
    }
    [[nodiscard]] static std::uint64_t number_at(const std::byte* payload) {
        std::uint64_t number = 0;
        std::memcpy(&number, payload, sizeof number);
        return number;
    }
    [[nodiscard]] abi::ExchangeHeader& header() { return client.shared().header(); }
    [[nodiscard]] abi::RequestHeader& slot(std::uint32_t index) {
        return client.shared().at(index);
    }

private:
    std::byte* format() {
        format_exchange(memory.data(), geometry, 7);
        return memory.data();
    }

public:
    abi::Geometry geometry;
    Memory memory;
    ClientExchange client;
    ServerExchange server;
    ServerExchange::Taken last;
};

}  // namespace bus::shm
