// What flows in the cases: payloads of which every byte follows from who sent it and its number, so
// that the other end can judge each by itself, and all of them by a ledger.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>

#include <bus/publisher.hpp>
#include <bus/subscriber.hpp>

namespace integration {

inline constexpr std::size_t least_cargo = 16;  // bytes: sender and number

// Writes cargo `number` (from 1) of `sender`. Requires: payload.size() >= least_cargo.
void load(std::span<std::byte> payload, std::uint64_t sender, std::uint64_t number);

// Publishes cargo from `first` to `last`. Throws: std::runtime_error when there is no room in time.
void publish_cargo(bus::BytesPublisher& publisher, std::uint64_t sender, std::uint64_t first,
                   std::uint64_t last, std::size_t size = least_cargo);

// What must hold between two cargoes of one sender.
enum class Order {
    Succession,  // lossless: the next number
    Ascent,      // overwriting: any later number
};

// What a subscriber got.
class Ledger {
public:
    explicit Ledger(Order order = Order::Succession) : order_{order} {}

    // Throws: std::runtime_error when the cargo is damaged or out of order.
    void enter(std::span<const std::byte> payload);
    void enter(const bus::BytesSample& sample) { enter(sample.bytes()); }

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t count(std::uint64_t sender) const { return at(sender).count; }
    // The newest number of this sender, or 0.
    [[nodiscard]] std::uint64_t newest(std::uint64_t sender) const { return at(sender).newest; }
    // The sum of this sender's numbers.
    [[nodiscard]] std::uint64_t sum(std::uint64_t sender) const { return at(sender).sum; }
    // The first number of this sender that is expected; 0: any.
    void begin(std::uint64_t sender, std::uint64_t number);

private:
    struct Row {
        std::uint64_t count = 0;
        std::uint64_t newest = 0;
        std::uint64_t sum = 0;
        bool open = false;  // the first number may be any
    };
    [[nodiscard]] Row at(std::uint64_t sender) const;

    Order order_;
    std::uint64_t count_ = 0;
    std::map<std::uint64_t, Row> rows_;
};

// Takes until the ledger has `count` in all. Throws: std::runtime_error when they do not come.
void take_cargo(bus::BytesSubscriber& subscriber, Ledger& ledger, std::uint64_t count);
// Takes what is there now.
void take_rest(bus::BytesSubscriber& subscriber, Ledger& ledger);
// Takes until the newest of `sender` is `number`.
void take_until(bus::BytesSubscriber& subscriber, Ledger& ledger, std::uint64_t sender,
                std::uint64_t number);

// 1 + 2 + ... + n.
[[nodiscard]] constexpr std::uint64_t sum_to(std::uint64_t n) noexcept { return n * (n + 1) / 2; }

}  // namespace integration
