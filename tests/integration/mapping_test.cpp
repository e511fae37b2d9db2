// What is handed out to be read cannot be written, by nobody.
#include <array>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "intruder.hpp"
#include "stage.hpp"
#include "user.hpp"
#include "wire_client.hpp"

using namespace integration;

namespace {

// The region that all cases here are about, open to everybody.
void create(const Stage& stage) {
    stage.connect().create_topic("topic", {.size = 64, .mode = 0666});
}

}  // namespace

TEST_CASE("mapping: the probe finds every way into memory that is open") {
    const Descriptor open{::memfd_create("open", MFD_CLOEXEC)};
    REQUIRE(::ftruncate(open.get(), 8192) == 0);
    const auto ways = ways_to_write(open.get());
    for (const std::string way : {"pwrite ", "mmap ", "mprotect ", "reopened:pwrite ",
                                  "reopened:mmap ", "ftruncate ", "punch ", "fallocate "}) {
        CAPTURE(way);
        CHECK(ways.find(way) != std::string::npos);
    }
}

TEST_CASE("mapping: a publisher's segment cannot be written by who subscribes, nor by its maker") {
    const Stage stage;  // run by root, this is what root can do
    create(stage);
    WireClient one{stage.address()};
    WireClient other{stage.address()};
    const auto publisher = one.join("topic", "publisher");
    const auto subscriber = other.join("topic", "subscriber");
    const auto handle = other.open_peer("topic", subscriber.id, publisher.id);
    CHECK((::fcntl(handle.get(), F_GETFL) & O_ACCMODE) == O_RDONLY);
    CHECK(ways_to_write(handle.get()) == "");
    CHECK(ways_to_write(publisher.segment.get()) == "");  // writable until it took part
    CHECK(::fcntl(publisher.segment.get(), F_ADD_SEALS, F_SEAL_WRITE) != 0);
}

TEST_CASE("mapping: a subscriber's segment cannot be written by who publishes") {
    const Stage stage;
    create(stage);
    WireClient one{stage.address()};
    WireClient other{stage.address()};
    const auto publisher = one.join("topic", "publisher");
    const auto subscriber = other.join("topic", "subscriber");
    const auto handle = one.open_peer("topic", publisher.id, subscriber.id);
    CHECK(ways_to_write(handle.get()) == "");
    CHECK(ways_to_write(subscriber.segment.get()) == "");
}

TEST_CASE("mapping: a segment that its publisher writes all the time is as safe") {
    const Stage stage;
    create(stage);
    bus::BytesPublisher publisher{stage.connect(), "topic"};
    publish_cargo(publisher, 1, 1, 100);
    WireClient client{stage.address()};
    const auto subscriber = client.join("topic", "subscriber");
    const auto handle = client.open_peer("topic", subscriber.id, publisher.id());
    CHECK(ways_to_write(handle.get()) == "");
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    publish_cargo(publisher, 1, 101, 200);
    Ledger ledger;
    ledger.begin(1, 101);
    take_cargo(feed, ledger, 100);
}

TEST_CASE("mapping: another user can write neither segment nor roster") {
    if (!can_become_others()) return;
    const Stage stage;
    create(stage);
    WireClient owner{stage.address()};
    const auto publisher = owner.join("topic", "publisher");
    Actor intruder{"intruder", [&](Cue& cue) {
                       become(alice);
                       WireClient client{stage.address()};
                       const auto own = client.join("topic", "subscriber");
                       const auto handle = client.open_peer("topic", own.id, publisher.id);
                       const auto path = "/proc/self/fd/" + std::to_string(handle.get());
                       const Descriptor again{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
                       cue.tell("reopens", again.get() < 0 ? "no" : "yes");
                       cue.tell("segment", ways_to_write(handle.get()));
                       cue.tell("roster", ways_to_write(own.roster.get()));
                       cue.stand("own", ways_to_write(own.segment.get()));
                   }};
    CHECK(intruder.expect("reopens") == "no");
    CHECK(intruder.expect("segment") == "");
    CHECK(intruder.expect("roster") == "");
    CHECK(intruder.expect("own") == "");
    intruder.finish();
}

TEST_CASE("mapping: the roster's handle is for reading only") {
    const Stage stage;
    create(stage);
    WireClient client{stage.address()};
    const auto own = client.join("topic", "subscriber");
    CHECK((::fcntl(own.roster.get(), F_GETFL) & O_ACCMODE) == O_RDONLY);
    void* place = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, own.roster.get(), 0);
    REQUIRE(place != MAP_FAILED);
    CHECK(::mprotect(place, 4096, PROT_READ | PROT_WRITE) != 0);
    ::munmap(place, 4096);
}

TEST_CASE("mapping: nobody gets a handle on a segment that can still be mapped writable") {
    const Stage stage;
    create(stage);
    WireClient one{stage.address()};
    WireClient other{stage.address()};
    const auto attached = one.attach("topic", "publisher");
    const auto subscriber = other.join("topic", "subscriber");
    CHECK_THROWS_AS(static_cast<void>(other.open_peer("topic", subscriber.id, attached.id)),
                    Refused);
    one.activate("topic", attached.id);
    CHECK_NOTHROW(static_cast<void>(other.open_peer("topic", subscriber.id, attached.id)));
}

TEST_CASE("mapping: users whom the mode does not admit are refused, by role") {
    if (!can_become_others()) return;
    const Stage stage;
    stage.connect().create_topic("closed", {.size = 64});
    stage.connect().create_topic("readable", {.size = 64, .mode = 0644});
    Actor guest{"guest", [&](Cue& cue) {
                    become(alice);
                    auto connection = stage.connect();
                    const auto attempt = [&](auto call) -> std::string {
                        try {
                            call();
                            return "admitted";
                        } catch (const bus::Error& error) {
                            return error.errc() == bus::Errc::AccessDenied ? "denied"
                                                                           : error.what();
                        }
                    };
                    std::string answers;
                    for (const char* name : {"closed", "readable"}) {
                        answers += attempt([&] { bus::BytesSubscriber{connection, name}; }) + " ";
                        answers += attempt([&] { bus::BytesPublisher{connection, name}; }) + " ";
                        answers += attempt([&] { connection.remove(name); }) + " ";
                    }
                    cue.stand("answers", answers);
                }};
    CHECK(guest.expect("answers") == "denied denied denied admitted denied denied ");
    guest.finish();
    CHECK(stage.connect().regions().size() == 2);
}

TEST_CASE("mapping: two users stream to each other, and wake each other") {
    if (!can_become_others()) return;
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .slots = 4, .mode = 0666});
    bus::BytesSubscriber feed{stage.connect(), "topic", {.spin = std::chrono::nanoseconds{0}}};
    Actor giver{"publisher", [&](Cue& cue) {
                    become(alice);
                    bus::BytesPublisher publisher{
                        stage.connect(), "topic", {.spin = std::chrono::nanoseconds{0}}};
                    publish_cargo(publisher, 1, 1, 2'000);
                    cue.stand("done");
                }};
    Ledger ledger;
    take_cargo(feed, ledger, 2'000);
    giver.expect("done");
    giver.finish();
}
