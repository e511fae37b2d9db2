// The usual steps of an exchange's ends: what they leave to the library, and that they and the
// general ones are one exchange.
#include <cstdint>
#include <cstring>
#include <random>

#include <doctest/doctest.h>

#include <bus/exchange_end.hpp>

#include "exchange_fixture.hpp"

namespace bus::shm {
namespace {

using Look = ServedEnd::Look;

// Both ends with a roster's word and the epochs of their peers.
class UsualExchange {
public:
    explicit UsualExchange(std::uint32_t depth = 4) : exchange{depth} {
        client().change = &change;
        client().seen = change.load();
        client().epoch = &server_epoch;
        client().current = true;
    }
    [[nodiscard]] ClientEnd& client() { return exchange.client.end(); }
    [[nodiscard]] ServedEnd& server() { return exchange.server.end(); }
    // By the usual steps alone.
    std::uint32_t send(std::uint64_t number) {
        REQUIRE(client().usual());
        REQUIRE(client().free_count != 0);
        const auto slot = client().claim();
        std::memcpy(client().payload(slot), &number, sizeof number);
        client().send(slot, sizeof number);
        return slot;
    }

    abi::Word change{5};
    abi::Word server_epoch{0};
    TestExchange exchange;
};

}  // namespace

TEST_CASE("exchange end: a request, worked on where it lies, comes back in the same slot") {
    UsualExchange usual;
    for (std::uint64_t number = 1; number <= 100; ++number) {
        const auto slot = usual.send(number);
        CHECK_FALSE(usual.client().has_response(slot));
        ServedEnd::Taken taken;
        REQUIRE(usual.server().take(taken) == Look::Request);
        CHECK(taken.slot == slot);
        CHECK(taken.size == sizeof number);
        CHECK(TestExchange::number_at(taken.payload) == number);
        const auto answer = number * 7;
        std::memcpy(taken.payload, &answer, sizeof answer);
        usual.server().respond(taken.slot, 16);
        REQUIRE(usual.client().has_response(slot));
        CHECK_FALSE(usual.client().has_response(slot));  // an answer counts once
        CHECK(usual.client().response_size(slot) == 16);
        CHECK(TestExchange::number_at(usual.client().payload(slot)) == answer);
        REQUIRE(usual.client().give_back(slot));
    }
    CHECK(usual.exchange.client.lent() == 0);
    CHECK(usual.exchange.header().sent.load() == 100);
    CHECK(usual.exchange.header().taken.load() == 100);
    CHECK(usual.exchange.header().responded.load() == 100);
}

TEST_CASE("exchange end: usual and general steps in any order are one exchange") {
    UsualExchange usual{3};
    auto& exchange = usual.exchange;
    std::mt19937 random{20261125};
    const auto either = [&random] { return (random() & 1) != 0; };
    for (std::uint64_t number = 1; number <= 2000; ++number) {
        const auto slot = either() ? usual.send(number) : exchange.send(number);
        ServedEnd::Taken taken;
        if (!either() || usual.server().take(taken) != Look::Request) taken = exchange.take();
        REQUIRE(taken.payload != nullptr);
        CHECK(TestExchange::number_at(taken.payload) == number);
        if (either())
            usual.server().respond(taken.slot, taken.size);
        else
            exchange.server.respond(taken.slot, taken.size);
        if (!either() || !usual.client().has_response(slot)) CHECK(exchange.answer(slot) != "");
        CHECK(TestExchange::number_at(usual.client().payload(slot)) == number);
        if (!either() || !usual.client().give_back(slot)) exchange.client.give_back(slot);
        CHECK(exchange.client.lent() == 0);
        CHECK(exchange.server.in_hand() == 0);
    }
    CHECK(exchange.header().responded.load() == 2000);
}

TEST_CASE("exchange end: a move in the roster is not usual") {
    UsualExchange usual;
    CHECK(usual.client().usual());
    usual.change = 6;
    CHECK_FALSE(usual.client().usual());
    usual.client().seen = 6;
    CHECK(usual.client().usual());

    ServerEnd server;
    server.change = &usual.change;
    server.seen = 6;
    CHECK_FALSE(server.usual());  // nobody to serve, or several
    server.only = &usual.server();
    CHECK(server.usual());
    usual.change = 7;
    CHECK_FALSE(server.usual());
}

TEST_CASE("exchange end: a peer that sleeps shows") {
    UsualExchange usual;
    CHECK_FALSE(usual.client().server_sleeps());
    usual.server_epoch = 1;
    CHECK(usual.client().server_sleeps());
    usual.server_epoch = 2;
    CHECK_FALSE(usual.client().server_sleeps());

    auto& epoch = usual.exchange.header().sleep.epoch;
    CHECK_FALSE(usual.server().client_sleeps());
    epoch = 7;
    CHECK(usual.server().client_sleeps());
}

TEST_CASE("exchange end: a call that is under way, or lies in an old exchange, is not given back") {
    UsualExchange usual;
    const auto slot = usual.send(1);
    CHECK_FALSE(usual.client().give_back(slot));
    REQUIRE(usual.exchange.take_number() == 1);
    usual.exchange.respond(1);
    REQUIRE(usual.client().has_response(slot));
    usual.client().current = false;
    CHECK_FALSE(usual.client().give_back(slot));
    CHECK(usual.exchange.client.lent() == 1);
    usual.client().current = true;
    CHECK(usual.client().give_back(slot));
    CHECK(usual.exchange.client.lent() == 0);
}

TEST_CASE("exchange end: a refusal is no response, and an unsent call has none") {
    UsualExchange usual;
    const auto slot = usual.send(1);
    REQUIRE(usual.exchange.take_number() == 1);
    usual.exchange.server.refuse(slot, 9, "no");
    CHECK_FALSE(usual.client().has_response(slot));
    CHECK(usual.exchange.answer(slot) == "refused 9 no");
    REQUIRE(usual.client().give_back(slot));

    const auto first = usual.send(2);
    REQUIRE(usual.exchange.take_number() == 2);
    usual.exchange.respond(3);
    REQUIRE(usual.client().has_response(first));
    REQUIRE(usual.client().give_back(first));
    CHECK(usual.client().claim() == first);
    CHECK_FALSE(usual.client().has_response(first));  // the response to the last one lies there
}

TEST_CASE("exchange end: requests that lie elsewhere are left to the library") {
    UsualExchange usual;
    ServedEnd::Taken taken;
    usual.send(1);
    usual.send(2);
    REQUIRE(usual.server().take(taken) == Look::Request);
    CHECK(usual.exchange.take_number() == 2);
    usual.server().see(9);  // as `sent` says
    CHECK(usual.server().look() == Look::Unusual);
    CHECK(usual.server().take(taken) == Look::Unusual);
    usual.server().found = 9;
    usual.server().misses = 0;
    usual.server().interval = 3;
    CHECK(usual.server().look() == Look::Nothing);
    CHECK(usual.server().take(taken) == Look::Nothing);
    CHECK(usual.server().look() == Look::Unusual);  // `sent` is to be read again
}

TEST_CASE("exchange end: a stamp is a sequence and a state") {
    const auto stamp = RequestWords::stamp(0x123456, RequestWords::requested);
    CHECK(RequestWords::sequence(stamp) == 0x123456);
    CHECK((stamp & RequestWords::states) == RequestWords::requested);
}

TEST_CASE("exchange end: no size that a peer writes is believed") {
    UsualExchange usual;
    const auto slot = usual.send(1);
    usual.exchange.slot(slot).content = ~std::uint64_t{0};
    ServedEnd::Taken taken;
    REQUIRE(usual.server().take(taken) == Look::Request);
    CHECK(taken.size == usual.server().largest);
    usual.server().respond(slot, 8);
    usual.exchange.slot(slot).content = 0xffff'ffff;
    REQUIRE(usual.client().has_response(slot));
    CHECK(usual.client().response_size(slot) == usual.client().largest);
}

}  // namespace bus::shm
