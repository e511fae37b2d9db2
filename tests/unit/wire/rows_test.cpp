#include "wire/rows.hpp"

#include <doctest/doctest.h>

#include <bus/error.hpp>

namespace bus::wire {
namespace {

AttachmentInfo odd_subscriber() {
    AttachmentInfo info;
    info.id = 7;
    info.role = Role::Subscriber;
    info.state = State::Evicted;
    info.pid = 1234;
    info.uid = 60'001;
    info.peer = ":1.9";
    info.asleep = true;
    info.samples = std::uint64_t{1} << 40;
    info.bytes = 3;
    info.missed = 4;
    info.holds = 2;
    info.memory = 4096;
    info.lanes = {{5, 6}, {8, 0}};
    return info;
}

TEST_CASE("rows: an attachment comes back as it went") {
    const auto sent = odd_subscriber();
    const auto info = info_from(row_of(sent));
    CHECK(info.id == sent.id);
    CHECK(info.role == sent.role);
    CHECK(info.state == sent.state);
    CHECK(info.pid == sent.pid);
    CHECK(info.uid == sent.uid);
    CHECK(info.peer == sent.peer);
    CHECK(info.asleep);
    CHECK_FALSE(info.holding);
    CHECK(info.samples == sent.samples);
    CHECK(info.bytes == sent.bytes);
    CHECK(info.missed == sent.missed);
    CHECK(info.holds == sent.holds);
    CHECK(info.memory == sent.memory);
    REQUIRE(info.lanes.size() == 2);
    CHECK(info.lanes[0].publisher == 5);
    CHECK(info.lanes[0].lag == 6);
}

TEST_CASE("rows: counters that are 0 are left out, and read as 0") {
    const auto row = row_of(odd_subscriber());
    CHECK(row.get<6>().contains("missed"));
    CHECK_FALSE(row.get<6>().contains("locks"));
    CHECK(info_from(row).locks == 0);
}

TEST_CASE("rows: a newer daemon's counter is passed over") {
    auto row = row_of(odd_subscriber());
    row.get<6>()["colour"] = 1;
    CHECK(info_from(row).missed == 4);
}

TEST_CASE("rows: a state that nobody knows is refused") {
    auto row = row_of(odd_subscriber());
    row.get<2>() = "dreaming";
    CHECK_THROWS_AS((void)info_from(row), Error);
}

TEST_CASE("rows: a region comes back as it went") {
    const RegionInfo sent{.name = "camera/front",
                          .kind = Kind::Service,
                          .type = "test.Type",
                          .size = 9,
                          .publishers = 1,
                          .subscribers = 2,
                          .bytes = 3,
                          .owner = 4,
                          .mode = 0640};
    const auto row = row_of(sent);
    CHECK(row.get<1>() == "/org/shmbus1/region/camera_2ffront");
    const auto info = info_from(row);
    CHECK(info.name == sent.name);
    CHECK(info.kind == sent.kind);
    CHECK(info.type == sent.type);
    CHECK(info.size == sent.size);
    CHECK(info.publishers == sent.publishers);
    CHECK(info.subscribers == sent.subscribers);
    CHECK(info.bytes == sent.bytes);
    CHECK(info.owner == sent.owner);
    CHECK(info.mode == sent.mode);
}

}  // namespace
}  // namespace bus::wire
