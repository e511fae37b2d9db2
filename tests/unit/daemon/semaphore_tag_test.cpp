#include "daemon/semaphore_tag.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <unistd.h>

#include <doctest/doctest.h>

#include <bus/error.hpp>

#include "base/semaphore.hpp"

namespace shmbusd {
namespace {

// Unlike any bus's, and unlike those of other test programs.
std::string fresh_bus() {
    static int count = 0;
    return "t" + std::to_string(::getpid()) + "y" + std::to_string(++count);
}

bool exists(const std::string& name) {
    return std::ranges::count(bus::base::list_semaphores(name), name) == 1;
}

TEST_CASE("tag: it is the beginning of the bus's id") {
    const auto id = fresh_bus() + "0123456789abcdef0123456789abcdef";
    CHECK(SemaphoreTag{id}.text() == id.substr(0, 16));
}

TEST_CASE("tag: a second daemon on a bus is refused while the first lives") {
    const auto id = fresh_bus();
    {
        const SemaphoreTag first{id};
        try {
            const SemaphoreTag second{id};
            FAIL("two daemons");
        } catch (const bus::Error& error) {
            CHECK(error.errc() == bus::Errc::NameTaken);
        }
    }
    CHECK_NOTHROW(SemaphoreTag{id});
}

TEST_CASE("tag: leftovers of its own and of dead daemons are cleared, of living ones not") {
    const SemaphoreTag own{fresh_bus()};
    const SemaphoreTag living{fresh_bus()};
    const auto dead = fresh_bus();
    const bus::base::SemaphoreName mine{"/shmbus-" + own.text() + "-1-1"};
    const bus::base::SemaphoreName orphan{"/shmbus-" + dead + "-1-1"};
    const bus::base::SemaphoreName other{"/shmbus-" + living.text() + "-1-1"};
    CHECK(own.clear_leftovers() >= 2);
    CHECK_FALSE(exists(mine.get()));
    CHECK_FALSE(exists(orphan.get()));
    CHECK(exists(other.get()));
}

}  // namespace
}  // namespace shmbusd
