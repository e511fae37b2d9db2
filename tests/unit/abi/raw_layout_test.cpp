// The golden bytes of a raw region's segments, as in layout_test.cpp.
#include "abi/raw_layout.hpp"

#include <cstring>
#include <string>

#include <doctest/doctest.h>

#include "golden.hpp"

namespace bus::abi {
namespace {

TEST_CASE("raw layout: the magic word of a lock reads as text in memory") {
    char bytes[8];
    std::memcpy(bytes, &lock_magic, sizeof bytes);
    CHECK(std::string(bytes, sizeof bytes) == "shbslck1");
}

TEST_CASE("raw layout: the golden bytes of a lock header") {
    Placed<LockHeader> lock;
    lock->identity.magic = lock_magic;
    lock->holder = 0x0807060504030201;
    lock->version = 0x1817161514131211;
    CHECK(dump(lock.get()) ==
          "736862736c636b31 " + zeros(7) + "0102030405060708 " + zeros(7) + "1112131415161718 ");
}

TEST_CASE("raw layout: the golden bytes of a member header") {
    Placed<RawMemberHeader> member;
    member->identity.magic = writer_magic;
    member->lock_sleep.epoch = 0x0807060504030201;
    member->change_sleep.epoch = 0x1817161514131211;
    member->reading = 0x2827262524232221;
    member->locks = 0x3837363534333231;
    member->waits = 0x4847464544434241;
    CHECK(dump(member.get()) == "7368627377747231 " + zeros(7) + "0102030405060708 " + zeros(7) +
                                    "1112131415161718 " + zeros(7) +
                                    "2122232425262728 3132333435363738 4142434445464748 ");
}

TEST_CASE("raw layout: a holder is told apart from the mark of an abandoned lock") {
    CHECK(holder_of(0) == 0);
    CHECK(holder_of(abandoned_bit) == 0);
    CHECK(holder_of(abandoned_bit | 7) == 7);
    CHECK(holder_of(7) == 7);
}

}  // namespace
}  // namespace bus::abi
