#include "shm/region_lock.hpp"

#include <chrono>
#include <cstdint>
#include <new>

#include <doctest/doctest.h>

#include "base/event.hpp"
#include "ring_fixture.hpp"

namespace bus::shm {
namespace {

using Seen = ReaderLock::Seen;

constexpr std::uint64_t ann = 5;
constexpr std::uint64_t ben = 9;

// A lock segment and one reader's own.
class TestLock {
public:
    TestLock() {
        new (lock_.data()) abi::LockHeader{};
        new (own_.data()) abi::RawMemberHeader{};
    }
    [[nodiscard]] std::byte* segment() const { return lock_.data(); }
    [[nodiscard]] WriterLock writer(std::uint64_t id) const { return {lock_.data(), id}; }
    [[nodiscard]] ReaderLock reader() const { return {lock_.data(), own_.data()}; }
    [[nodiscard]] abi::LockHeader& header() const {
        return *std::launder(reinterpret_cast<abi::LockHeader*>(lock_.data()));
    }
    [[nodiscard]] abi::RawMemberHeader& member() const {
        return *std::launder(reinterpret_cast<abi::RawMemberHeader*>(own_.data()));
    }

private:
    Memory lock_{4096};
    Memory own_{4096};
};

TEST_CASE("region lock: a writer gets it when nobody has it, and its number stands there at once") {
    const TestLock lock;
    auto writer = lock.writer(ann);
    CHECK(writer.is_free());
    CHECK(writer.try_obtain() == Obtained::Yes);
    CHECK(lock.header().holder == ann);
    CHECK(writer.held());
    CHECK_FALSE(writer.is_free());
    CHECK(lock_holder(lock.segment()) == ann);
}

TEST_CASE("region lock: another writer does not get it until it is given back") {
    const TestLock lock;
    auto first = lock.writer(ann);
    auto second = lock.writer(ben);
    REQUIRE(first.try_obtain() == Obtained::Yes);
    CHECK(second.try_obtain() == Obtained::No);
    CHECK_FALSE(second.held());
    first.release();
    CHECK(lock.header().holder == 0);
    CHECK(second.try_obtain() == Obtained::Yes);
}

TEST_CASE("region lock: the word of a holder that has gone says so to the next holder, once") {
    const TestLock lock;
    auto gone = lock.writer(ann);
    auto next = lock.writer(ben);
    REQUIRE(gone.try_obtain() == Obtained::Yes);
    CHECK(abandon_lock(lock.segment(), ann));
    CHECK(lock_holder(lock.segment()) == 0);
    CHECK(next.is_free());
    CHECK(next.try_obtain() == Obtained::Abandoned);
    next.release();
    CHECK(next.try_obtain() == Obtained::Yes);
}

TEST_CASE("region lock: the end of an attachment that does not hold it changes nothing") {
    const TestLock lock;
    auto holder = lock.writer(ann);
    REQUIRE(holder.try_obtain() == Obtained::Yes);
    CHECK_FALSE(abandon_lock(lock.segment(), ben));
    CHECK(holder.held());
    holder.release();
    CHECK_FALSE(abandon_lock(lock.segment(), ann));
    CHECK(lock.header().holder == 0);
}

TEST_CASE("region lock: who was taken for dead and lives does not give back another's lock") {
    const TestLock lock;
    auto late = lock.writer(ann);
    auto next = lock.writer(ben);
    REQUIRE(late.try_obtain() == Obtained::Yes);
    REQUIRE(abandon_lock(lock.segment(), ann));
    REQUIRE(next.try_obtain() == Obtained::Abandoned);
    CHECK_FALSE(late.held());
    late.release();
    CHECK(next.held());
}

TEST_CASE("region lock: a reader is in while nobody writes, and says so where writers look") {
    const TestLock lock;
    auto reader = lock.reader();
    CHECK_FALSE(reads(lock.member()));
    reader.state();
    CHECK(reads(lock.member()));
    CHECK(reader.look() == Seen::Free);
    reader.leave();
    CHECK_FALSE(reads(lock.member()));
}

TEST_CASE("region lock: a reader sees a writer that has the word, and is wanted out") {
    const TestLock lock;
    auto reader = lock.reader();
    auto writer = lock.writer(ann);
    CHECK_FALSE(reader.wanted());
    REQUIRE(writer.try_obtain() == Obtained::Yes);
    reader.state();
    CHECK(reader.look() == Seen::Held);
    reader.leave();
    CHECK(reader.wanted());
    writer.release();
    reader.state();
    CHECK(reader.look() == Seen::Free);
}

TEST_CASE("region lock: a reader is told that the last holder died, and leaves that to the next") {
    const TestLock lock;
    auto reader = lock.reader();
    auto writer = lock.writer(ann);
    REQUIRE(writer.try_obtain() == Obtained::Yes);
    REQUIRE(abandon_lock(lock.segment(), ann));
    reader.state();
    CHECK(reader.look() == Seen::Abandoned);
    reader.leave();
    CHECK_FALSE(reader.wanted());
    CHECK(writer.try_obtain() == Obtained::Abandoned);
}

TEST_CASE("region lock: whatever is scribbled over the word, each call answers and none waits") {
    const TestLock lock;
    auto writer = lock.writer(ann);
    auto reader = lock.reader();
    for (const std::uint64_t word :
         {~std::uint64_t{0}, abi::abandoned_bit | ben, ben, std::uint64_t{1}}) {
        CAPTURE(word);
        lock.header().holder = word;
        CHECK(writer.try_obtain() == Obtained::No);
        reader.state();
        CHECK(reader.look() == Seen::Held);
        reader.leave();
        writer.release();
        CHECK(lock.header().holder == word);
        CHECK_FALSE(abandon_lock(lock.segment(), ann));
    }
}

TEST_CASE(
    "region lock: the daemon frees a word that says both a number and that it was abandoned") {
    const TestLock lock;
    lock.header().holder = abi::abandoned_bit | ann;
    CHECK(lock_holder(lock.segment()) == ann);
    CHECK(abandon_lock(lock.segment(), ann));
    CHECK(lock.writer(ben).try_obtain() == Obtained::Abandoned);
}

TEST_CASE("region lock: who took an abandoned word and was not let in leaves it abandoned") {
    const TestLock lock;
    auto writer = lock.writer(ann);
    lock.header().holder = abi::abandoned_bit;
    const auto got = writer.try_obtain();
    REQUIRE(got == Obtained::Abandoned);
    writer.withdraw(got);
    CHECK(writer.try_obtain() == Obtained::Abandoned);
    writer.release();
    writer.withdraw(writer.try_obtain());
    CHECK(writer.try_obtain() == Obtained::Yes);
}

bool posted(Waker& waker) { return waker.wait_for(std::chrono::nanoseconds{0}); }

TEST_CASE("member view: who sleeps for the lock is woken for the lock alone, once a sleep") {
    const TestLock lock;
    Waker waker{base::make_event("t")};
    MemberView view{.header = &lock.member(), .waker = &waker, .id = ann};
    view.wake_for_lock();
    CHECK_FALSE(posted(waker));
    lock.member().lock_sleep.epoch = 1;
    view.wake_for_change();
    CHECK_FALSE(posted(waker));
    view.wake_for_lock();
    CHECK(posted(waker));
    view.wake_for_lock();
    CHECK_FALSE(posted(waker));
    lock.member().lock_sleep.epoch = 3;
    view.wake_for_lock();
    CHECK(posted(waker));
}

TEST_CASE("member view: who sleeps until a change is woken for that alone, once a sleep") {
    const TestLock lock;
    Waker waker{base::make_event("t")};
    MemberView view{.header = &lock.member(), .waker = &waker, .id = ann};
    lock.member().change_sleep.epoch = 1;
    view.wake_for_lock();
    CHECK_FALSE(posted(waker));
    view.wake_for_change();
    CHECK(posted(waker));
    view.wake_for_change();
    CHECK_FALSE(posted(waker));
}

}  // namespace
}  // namespace bus::shm
