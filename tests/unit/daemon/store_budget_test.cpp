#include "daemon/store_budget.hpp"

#include <string>

#include <doctest/doctest.h>

#include "daemon/kept_name.hpp"

namespace shmbusd {
namespace {

TEST_CASE("store budget: so many descriptors and no more") {
    StoreBudget budget{2};
    CHECK(budget.charge("r1"));
    CHECK(budget.charge("s1.1"));
    CHECK_FALSE(budget.charge("s1.2"));
    CHECK(budget.descriptors() == 2);
    budget.release("s1.1");
    CHECK(budget.charge("s1.2"));
}

TEST_CASE("store budget: all names together fit one string of the environment") {
    StoreBudget budget{1U << 20};
    const std::string name(999, 'x');
    std::size_t count = 0;
    while (budget.charge(name + std::to_string(count))) ++count;
    CHECK(count > 120);
    CHECK(budget.bytes() + std::string{"LISTEN_FDNAMES="}.size() < 128 * 1024);
    CHECK(budget.charge("short"));
}

TEST_CASE("store budget: what is there counts, however much it is") {
    StoreBudget budget{1};
    budget.take_up("r1");
    budget.take_up("r2");
    CHECK(budget.descriptors() == 2);
    CHECK_FALSE(budget.charge("r3"));
}

TEST_CASE("store budget: a release gives back all of the name, and nothing twice") {
    StoreBudget budget{9};
    budget.take_up("r1");
    budget.take_up("r1");
    budget.release("r1");
    budget.release("r1");
    CHECK(budget.descriptors() == 0);
    CHECK(budget.bytes() == 0);
}

TEST_CASE("kept name: it is short, and read back as it was") {
    CHECK(roster_name(5) == "r5");
    CHECK(segment_name(5, 12) == "s5.12");
    CHECK(event_name(18446744073709551615U, 1) == "e18446744073709551615.1");
    CHECK(lock_name(5) == "l5");
    CHECK(bytes_name(5, 2) == "b5.2");
    for (const auto* text : {"r5", "s5.12", "e18446744073709551615.1", "l5", "b5.2"}) {
        const auto name = KeptName::parse(text);
        REQUIRE(name);
        CHECK(name->text() == text);
    }
}

TEST_CASE("kept name: nothing else is one") {
    for (const auto* text :
         {"", "r", "r0", "r05", "r5.1", "s5", "s5.", "s5.1.1", "s5.01", "x5", "stored", "r-1",
          "l5.1", "b5", "r5 ", "s18446744073709551616.1", "unknown"}) {
        CAPTURE(text);
        CHECK_FALSE(KeptName::parse(text));
    }
}

}  // namespace
}  // namespace shmbusd
