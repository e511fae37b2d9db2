// What travels through an exchange, and which slots it takes.
#include <set>

#include <doctest/doctest.h>

#include "exchange_fixture.hpp"

namespace bus::shm {
namespace {

TEST_CASE("exchange: a request is answered where it lies") {
    TestExchange exchange;
    const auto slot = exchange.send(5);
    REQUIRE(exchange.take_number() == 5);
    CHECK(exchange.last.size == 8);
    CHECK(exchange.last.payload == exchange.client.shared().payload(slot));
    CHECK(exchange.answer(slot) == "nothing");
    exchange.respond(25);
    CHECK(exchange.answer(slot) == "25");
}

TEST_CASE("exchange: a refusal carries a code and a text") {
    TestExchange exchange;
    const auto slot = exchange.send(5);
    REQUIRE(exchange.take_number() == 5);
    exchange.server.refuse(exchange.last.slot, 42, "not today");
    CHECK(exchange.answer(slot) == "refused 42 not today");
}

TEST_CASE("exchange: a text longer than the largest payload is cut") {
    TestExchange exchange;
    const auto slot = exchange.send(5);
    REQUIRE(exchange.take_number() == 5);
    exchange.server.refuse(exchange.last.slot, 1, std::string(100, 'x'));
    CHECK(exchange.answer(slot) == "refused 1 " + std::string(32, 'x'));
}

TEST_CASE("exchange: one request after the other travels in the same slot") {
    TestExchange exchange;
    for (std::uint64_t number = 1; number < 20; ++number) {
        const auto slot = exchange.send(number);
        CHECK(slot == 0);
        REQUIRE(exchange.take_number() == number);
        exchange.respond(number);
        CHECK(exchange.answer(slot) == std::to_string(number));
        exchange.client.give_back(slot);
    }
}

TEST_CASE("exchange: requests are answered in any order") {
    TestExchange exchange;
    const auto one = exchange.send(1);
    const auto two = exchange.send(2);
    const auto three = exchange.send(3);
    std::vector<ServerExchange::Taken> taken;
    for (int i = 0; i < 3; ++i) taken.push_back(exchange.take());
    for (auto i = taken.rbegin(); i != taken.rend(); ++i) {
        REQUIRE(i->payload != nullptr);
        exchange.server.respond(i->slot, 8);
    }
    CHECK(exchange.answer(two) == "2");
    CHECK(exchange.answer(one) == "1");
    CHECK(exchange.answer(three) == "3");
}

TEST_CASE("exchange: as many requests are under way as there are slots") {
    TestExchange exchange{2};
    const auto one = exchange.send(1);
    CHECK(exchange.send(2) != ClientExchange::none);
    CHECK(exchange.send(3) == ClientExchange::none);
    CHECK_FALSE(exchange.client.has_room());
    REQUIRE(exchange.take_number() == 1);
    exchange.respond(1);
    CHECK(exchange.send(3) == ClientExchange::none);  // the answer is still the client's to read
    CHECK(exchange.answer(one) == "1");
    exchange.client.give_back(one);
    CHECK(exchange.send(3) == one);
}

TEST_CASE("exchange: a slow answer holds up no other request") {
    TestExchange exchange{2};
    exchange.send(1);
    REQUIRE(exchange.take_number() == 1);  // and kept
    for (std::uint64_t number = 2; number < 9; ++number) {
        const auto slot = exchange.send(number);
        REQUIRE(slot != ClientExchange::none);
        REQUIRE(exchange.take_number() == number);
        exchange.respond(number);
        CHECK(exchange.answer(slot) == std::to_string(number));
        exchange.client.give_back(slot);
    }
    CHECK(exchange.server.in_hand() == 1);
}

TEST_CASE("exchange: one slot that carries request after request keeps no other one waiting") {
    TestExchange exchange{8};
    const auto busy = exchange.send(0);
    const auto other = exchange.send(1);
    int turns = 0;
    for (auto slot = exchange.take().slot; slot != other; slot = exchange.take().slot) {
        REQUIRE(slot == busy);
        REQUIRE(++turns <= 8);  // as many looks as there are slots
        exchange.server.respond(slot, 8);
        REQUIRE(exchange.answer(busy) == "0");
        exchange.client.send(busy, 8);
    }
}

TEST_CASE("exchange: a slot given up comes back once it is answered") {
    TestExchange exchange{1};
    const auto slot = exchange.send(1);
    exchange.client.give_back(slot);
    CHECK(exchange.send(2) == ClientExchange::none);
    REQUIRE(exchange.take_number() == 1);
    exchange.respond(1);
    CHECK(exchange.client.has_room());
    CHECK(exchange.send(2) == slot);
    CHECK(exchange.answer(slot) == "nothing");  // the old answer is none to the new request
}

TEST_CASE("exchange: what was answered can be sent again as it lies") {
    TestExchange exchange;
    const auto slot = exchange.send(3);
    REQUIRE(exchange.take_number() == 3);
    exchange.respond(9);
    CHECK(exchange.answer(slot) == "9");
    exchange.client.send(slot, 8);
    REQUIRE(exchange.take_number() == 9);
}

TEST_CASE("exchange: an answer counts once") {
    TestExchange exchange;
    const auto slot = exchange.send(3);
    REQUIRE(exchange.take_number() == 3);
    exchange.respond(9);
    CHECK(exchange.client.any_answer());
    CHECK(exchange.answer(slot) == "9");
    CHECK_FALSE(exchange.client.any_answer());
    CHECK(exchange.answer(slot) == "nothing");
}

TEST_CASE("exchange: who is about to sleep overlooks no request") {
    TestExchange exchange{64};
    std::set<std::uint32_t> sent;
    for (std::uint64_t number = 0; number < 64; ++number) sent.insert(exchange.send(number));
    while (exchange.server.pending()) {
        const auto taken = exchange.server.take();
        if (taken.payload != nullptr) sent.erase(taken.slot);
    }
    CHECK(sent.empty());
}

TEST_CASE("exchange: a look without a request costs no more than a few") {
    TestExchange exchange{4096};
    for (int looks = 0; looks < 2000; ++looks) CHECK_FALSE(exchange.server.ready());
    exchange.send(1);
    int looks = 0;
    while (!exchange.server.ready()) ++looks;
    CHECK(looks < 300);
}

TEST_CASE("exchange: requests sent before the server came are found") {
    TestExchange exchange;
    exchange.send(1);
    exchange.send(2);
    ServerExchange late{exchange.memory.data(), exchange.geometry};
    CHECK(late.pending());
    CHECK(TestExchange::number_at(late.take().payload) == 1);
    CHECK(TestExchange::number_at(late.take().payload) == 2);
    CHECK(late.take().payload == nullptr);
}

TEST_CASE("exchange: both ends count what they did") {
    TestExchange exchange;
    for (std::uint64_t number = 0; number < 3; ++number) exchange.send(number);
    REQUIRE(exchange.take_number().has_value());
    exchange.respond(0);
    REQUIRE(exchange.take_number().has_value());
    exchange.server.refuse(exchange.last.slot, 1, {});
    CHECK(exchange.header().sent == 3);
    CHECK(exchange.header().taken == 2);
    CHECK(exchange.header().responded == 1);
    CHECK(exchange.header().refused == 1);
}

}  // namespace
}  // namespace bus::shm
