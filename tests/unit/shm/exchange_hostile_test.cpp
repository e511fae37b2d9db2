// What one end of an exchange can do to the other by writing whatever it likes: make its own calls
// wrong, and nothing else.
#include <limits>
#include <random>

#include <doctest/doctest.h>

#include "exchange_fixture.hpp"

namespace bus::shm {
namespace {

using abi::request_stamp;
using abi::RequestState;

constexpr auto largest = std::numeric_limits<std::uint64_t>::max();

TEST_CASE("exchange: the size of a request is cut to the largest payload") {
    TestExchange exchange;
    const auto slot = exchange.send(1);
    exchange.slot(slot).content = abi::RequestContent{0xffff'ffff, 0}.pack();
    const auto taken = exchange.take();
    CHECK(taken.size == 32);
    CHECK(exchange.memory.contains(taken.payload, taken.size));
}

TEST_CASE("exchange: the size of an answer is cut to the largest payload") {
    for (const auto state : {RequestState::Responded, RequestState::Refused}) {
        TestExchange exchange;
        const auto slot = exchange.send(1);
        exchange.slot(slot).content = abi::RequestContent{0xffff'ffff, 5}.pack();
        exchange.slot(slot).stamp = request_stamp(1, state);
        CHECK(exchange.client.look(slot).size == 32);
    }
}

TEST_CASE("exchange: a stamp that is not exactly this request's answer is none") {
    for (const auto stamp :
         {std::uint64_t{0}, largest, request_stamp(2, RequestState::Responded),
          request_stamp(0, RequestState::Responded), request_stamp(1, RequestState{4}),
          request_stamp(1, RequestState::Requested) | std::uint64_t{1} << 63}) {
        TestExchange exchange;
        const auto slot = exchange.send(1);
        exchange.slot(slot).stamp = stamp;
        CHECK(exchange.answer(slot) == "nothing");
    }
}

TEST_CASE("exchange: a request that was answered is not taken again, whatever its stamp says") {
    TestExchange exchange;
    const auto slot = exchange.send(1);
    REQUIRE(exchange.take_number() == 1);
    exchange.slot(slot).stamp = request_stamp(2, RequestState::Requested);  // while it is in hand
    CHECK(exchange.take().payload == nullptr);
    exchange.respond(1);
    exchange.slot(slot).stamp = request_stamp(1, RequestState::Requested);  // the one just answered
    CHECK(exchange.take().payload == nullptr);
    CHECK_FALSE(exchange.server.pending());
}

TEST_CASE("exchange: a slot that the server has is answered under the number it was taken with") {
    TestExchange exchange;
    const auto slot = exchange.send(1);
    REQUIRE(exchange.take_number() == 1);
    exchange.slot(slot).stamp = largest;
    exchange.respond(11);
    CHECK(exchange.answer(slot) == "11");
}

TEST_CASE("exchange: who counts more requests than there are keeps nobody looking for them") {
    for (const auto lie : {std::uint64_t{1}, std::uint64_t{1000}, largest}) {
        CAPTURE(lie);
        TestExchange exchange{256};
        exchange.header().sent = lie;
        CHECK(exchange.take().payload == nullptr);
        CHECK_FALSE(exchange.server.pending());
    }
}

TEST_CASE("exchange: a count that goes backwards hides no request from an expected slot") {
    TestExchange exchange;
    const auto slot = exchange.send(1);
    exchange.header().sent = 0;
    CHECK(exchange.take().slot == slot);
}

TEST_CASE("exchange: with anything in every word, both ends stay within their bounds") {
    std::mt19937_64 random{20261125};
    TestExchange exchange{8};
    const auto scribble = [&] {
        const auto words = exchange.memory.size() / sizeof(abi::Word);
        auto* word = reinterpret_cast<abi::Word*>(exchange.memory.data());
        for (std::size_t i = 0; i < words; ++i)
            if (random() % 4 == 0)
                word[i] = random() % 2 == 0 ? random() : random() % 64;  // near what is expected
    };
    std::vector<std::uint32_t> sent;
    std::vector<ServerExchange::Taken> in_hand;
    for (int round = 0; round < 3000; ++round) {
        scribble();
        if (const auto slot = exchange.send(random()); slot != ClientExchange::none)
            sent.push_back(slot);
        for (int looks = 0; looks < 20; ++looks) {
            const auto taken = exchange.server.take();
            if (taken.payload == nullptr) continue;
            REQUIRE(exchange.memory.contains(taken.payload, taken.size));
            in_hand.push_back(taken);
        }
        REQUIRE(in_hand.size() == exchange.server.in_hand());
        REQUIRE(in_hand.size() <= 8);
        if (!in_hand.empty() && random() % 2 == 0) {
            exchange.server.respond(in_hand.back().slot, in_hand.back().size);
            in_hand.pop_back();
        }
        if (!sent.empty()) {
            const auto answer = exchange.client.look(sent.back());
            REQUIRE(answer.size <= 32);
            exchange.client.give_back(sent.back());
            sent.pop_back();
        }
        static_cast<void>(exchange.client.any_answer());
    }
}

}  // namespace
}  // namespace bus::shm
