// Client and server at full speed in two threads over one exchange.
#include <atomic>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include "exchange_fixture.hpp"

namespace bus::shm {
namespace {

// Of each depth: where the two take turns, every turn is one of the scheduler's, and those are long
// on a machine that has other work.
constexpr std::uint64_t requests_of(std::uint32_t depth) { return depth < 8 ? 2'000 : 30'000; }

// Answers each number n by n * n, in any order, until told to stop.
void serve(TestExchange& exchange, const std::atomic<bool>& over) {
    std::mt19937 random{7};
    std::vector<ServerExchange::Taken> in_hand;
    while (!over) {
        const auto taken = exchange.server.take();
        if (taken.payload != nullptr) in_hand.push_back(taken);
        if (in_hand.empty() || (taken.payload != nullptr && random() % 2 == 0)) {
            if (taken.payload == nullptr) std::this_thread::yield();
            continue;
        }
        std::swap(in_hand[random() % in_hand.size()], in_hand.back());
        const auto number = TestExchange::number_at(in_hand.back().payload);
        const auto square = number * number;
        std::memcpy(in_hand.back().payload, &square, sizeof square);
        exchange.server.respond(in_hand.back().slot, sizeof square);
        in_hand.pop_back();
    }
}

struct Pending {
    std::uint32_t slot;
    std::uint64_t number;
};

// Keeps as many under way as there is room for; the number of wrong answers.
std::uint64_t ask(TestExchange& exchange, std::uint64_t requests) {
    std::uint64_t wrong = 0;
    std::vector<Pending> pending;
    for (std::uint64_t next = 1; next <= requests || !pending.empty();) {
        if (next <= requests)
            if (const auto slot = exchange.send(next); slot != ClientExchange::none)
                pending.push_back({slot, next++});
        for (std::size_t i = 0; i < pending.size();) {
            const auto [slot, number] = pending[i];
            const auto answer = exchange.client.look(slot);
            if (answer.look == ClientExchange::Look::Nothing) {
                ++i;
                continue;
            }
            const auto square = TestExchange::number_at(exchange.client.shared().payload(slot));
            wrong += square != number * number;
            exchange.client.give_back(slot);
            pending.erase(pending.begin() + static_cast<std::ptrdiff_t>(i));
        }
        if (pending.size() == exchange.geometry.slots) std::this_thread::yield();
    }
    return wrong;
}

TEST_CASE("exchange: of many requests at full speed each gets its own answer, once") {
    for (const std::uint32_t depth : {1U, 2U, 8U, 100U}) {
        CAPTURE(depth);
        TestExchange exchange{depth};
        std::atomic<bool> over{false};
        std::thread server{[&] { serve(exchange, over); }};
        const auto requests = requests_of(depth);
        const auto wrong = ask(exchange, requests);
        over = true;
        server.join();
        CHECK(wrong == 0);
        CHECK(exchange.header().responded == requests);
    }
}

}  // namespace
}  // namespace bus::shm
