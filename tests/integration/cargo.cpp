#include "cargo.hpp"

#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "watchdog.hpp"

namespace integration {
namespace {

std::byte filling(std::uint64_t sender, std::uint64_t number, std::size_t place) {
    return static_cast<std::byte>(sender * 31 + number * 7 + place);
}

std::string describe(std::uint64_t sender, std::uint64_t number) {
    return "cargo " + std::to_string(number) + " of " + std::to_string(sender);
}

}  // namespace

void load(std::span<std::byte> payload, std::uint64_t sender, std::uint64_t number) {
    const std::array words{sender, number};
    std::memcpy(payload.data(), words.data(), sizeof words);
    for (auto place = sizeof words; place < payload.size(); ++place)
        payload[place] = filling(sender, number, place);
}

void publish_cargo(bus::BytesPublisher& publisher, std::uint64_t sender, std::uint64_t first,
                   std::uint64_t last, std::size_t size) {
    for (auto number = first; number <= last; ++number) {
        auto loan = publisher.loan(patience);
        if (!loan) give_up("room for " + describe(sender, number));
        load(loan.bytes().first(size), sender, number);
        publisher.publish(std::move(loan), size);
    }
}

Ledger::Row Ledger::at(std::uint64_t sender) const {
    const auto found = rows_.find(sender);
    return found != rows_.end() ? found->second : Row{};
}

void Ledger::begin(std::uint64_t sender, std::uint64_t number) {
    auto& row = rows_[sender];
    row.newest = number > 0 ? number - 1 : 0;
    row.open = number == 0;
}

void Ledger::enter(std::span<const std::byte> payload) {
    if (payload.size() < least_cargo) throw std::runtime_error{"the cargo is cut short"};
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), payload.data(), sizeof words);
    const auto [sender, number] = words;
    for (auto place = sizeof words; place < payload.size(); ++place)
        if (payload[place] != filling(sender, number, place))
            throw std::runtime_error{describe(sender, number) + " is damaged at byte " +
                                     std::to_string(place)};
    auto& row = rows_[sender];
    const bool good =
        row.open || (order_ == Order::Succession ? number == row.newest + 1 : number > row.newest);
    if (!good)
        throw std::runtime_error{describe(sender, number) + " comes after " +
                                 std::to_string(row.newest)};
    row.open = false;
    row.newest = number;
    row.sum += number;
    ++row.count;
    ++count_;
}

void take_rest(bus::BytesSubscriber& subscriber, Ledger& ledger) {
    while (const auto sample = subscriber.take()) ledger.enter(sample);
}

void take_cargo(bus::BytesSubscriber& subscriber, Ledger& ledger, std::uint64_t count) {
    while (ledger.count() < count) {
        if (!subscriber.wait_for(patience))
            give_up(std::to_string(count) + " cargoes, of which " + std::to_string(ledger.count()) +
                    " came");
        while (ledger.count() < count) {
            const auto sample = subscriber.take();
            if (!sample) break;
            ledger.enter(sample);
        }
    }
}

void take_until(bus::BytesSubscriber& subscriber, Ledger& ledger, std::uint64_t sender,
                std::uint64_t number) {
    while (ledger.newest(sender) < number) {
        if (!subscriber.wait_for(patience)) give_up(describe(sender, number));
        const auto sample = subscriber.take();
        if (sample) ledger.enter(sample);
    }
}

}  // namespace integration
