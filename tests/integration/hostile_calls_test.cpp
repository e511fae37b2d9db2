// Clients that play foul in the control calls: refused by name, and nobody else notices.
#include <cstring>
#include <limits>
#include <string>

#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "watchdog.hpp"
#include "wire_client.hpp"

using namespace integration;

namespace {

constexpr const char* no_attachment = "org.shmbus1.Error.NoSuchAttachment";

// The D-Bus name of the error that `call` is refused with.
template <class Call>
std::string error_of(Call call) {
    try {
        call();
        return "none";
    } catch (const Refused& refused) {
        return refused.name();
    }
}

// A foul client's own segment, mapped and filled with 0xff wherever it may write.
void scribble(int fd) {
    struct stat status {};
    REQUIRE(::fstat(fd, &status) == 0);
    const auto size = static_cast<std::size_t>(status.st_size);
    void* place = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    REQUIRE(place != MAP_FAILED);
    std::memset(place, 0xff, size);
    ::munmap(place, size);
}

struct Scene {
    Scene() { stage.connect().create_topic("topic", {.size = 64, .slots = 4}); }
    Stage stage;
};

}  // namespace

TEST_CASE("foul play: another client's attachment number is refused in every call") {
    const Scene scene;
    WireClient owner{scene.stage.address()};
    WireClient thief{scene.stage.address()};
    const auto publisher = owner.attach("topic", "publisher");
    const auto own = thief.join("topic", "subscriber");
    CHECK(error_of([&] { thief.activate("topic", publisher.id); }) == no_attachment);
    owner.activate("topic", publisher.id);
    CHECK(error_of([&] { thief.activate("topic", publisher.id); }) == no_attachment);
    CHECK(error_of([&] { thief.detach("topic", publisher.id); }) == no_attachment);
    CHECK(error_of([&] { static_cast<void>(thief.open_peer("topic", publisher.id, own.id)); }) ==
          no_attachment);
    CHECK(error_of([&] { static_cast<void>(thief.report_stall("topic", publisher.id, own.id)); }) ==
          no_attachment);
    CHECK(scene.stage.connect().status("topic").region.publishers == 1);
}

TEST_CASE("foul play: numbers that nobody has are refused in every call") {
    const Scene scene;
    WireClient client{scene.stage.address()};
    const auto own = client.join("topic", "publisher");
    for (const std::uint64_t number :
         {std::uint64_t{0}, own.id + 1, std::numeric_limits<std::uint64_t>::max()}) {
        CAPTURE(number);
        CHECK(error_of([&] { client.activate("topic", number); }) == no_attachment);
        CHECK(error_of([&] { client.detach("topic", number); }) == no_attachment);
        CHECK(error_of([&] { static_cast<void>(client.open_peer("topic", number, own.id)); }) ==
              no_attachment);
        CHECK(error_of([&] { static_cast<void>(client.open_peer("topic", own.id, number)); }) ==
              no_attachment);
        CHECK(error_of([&] { static_cast<void>(client.report_stall("topic", own.id, number)); }) ==
              no_attachment);
    }
}

TEST_CASE("foul play: an attachment is detached once, and a second time refused") {
    const Scene scene;
    WireClient client{scene.stage.address()};
    for (const char* role : {"publisher", "subscriber"}) {
        CAPTURE(role);
        const auto own = client.join("topic", role);
        client.activate("topic", own.id);  // again: nothing
        CHECK_NOTHROW(client.detach("topic", own.id));
        CHECK(error_of([&] { client.detach("topic", own.id); }) == no_attachment);
        CHECK(error_of([&] { client.activate("topic", own.id); }) == no_attachment);
        const auto idle = client.attach("topic", role);
        CHECK_NOTHROW(client.detach("topic", idle.id));
        CHECK(error_of([&] { client.detach("topic", idle.id); }) == no_attachment);
    }
    CHECK(scene.stage.usage()["attachments"] == 0);
    CHECK(scene.stage.semaphores().empty());
}

TEST_CASE("foul play: peers of the same role, and those before they take part, are not opened") {
    const Scene scene;
    WireClient client{scene.stage.address()};
    const auto one = client.join("topic", "publisher");
    const auto two = client.join("topic", "publisher");
    const auto idle = client.attach("topic", "subscriber");
    CHECK(error_of([&] { static_cast<void>(client.open_peer("topic", one.id, two.id)); }) ==
          no_attachment);
    CHECK(error_of([&] { static_cast<void>(client.open_peer("topic", one.id, one.id)); }) ==
          no_attachment);
    CHECK(error_of([&] { static_cast<void>(client.open_peer("topic", idle.id, one.id)); }) ==
          no_attachment);
}

TEST_CASE("foul play: a publisher cannot have a subscriber evicted that keeps nobody waiting") {
    const Stage stage;
    stage.connect().create_topic("topic",
                                 {.size = 64, .slots = 4, .patience = std::chrono::nanoseconds{1}});
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    WireClient accuser{stage.address()};
    const auto publisher = accuser.join("topic", "publisher");
    for (int round = 0; round < 10; ++round)
        CHECK_FALSE(accuser.report_stall("topic", publisher.id, feed.id()));
    CHECK(feed.state() == bus::State::Active);
    CHECK(error_of([&] {
              static_cast<void>(accuser.report_stall("topic", feed.id(), publisher.id));
          }) == no_attachment);
}

TEST_CASE("foul play: a client that seals its own segment before it takes part hurts itself only") {
    const Scene scene;
    WireClient client{scene.stage.address()};
    const auto own = client.attach("topic", "publisher");
    REQUIRE(::fcntl(own.segment.get(), F_ADD_SEALS, F_SEAL_SEAL) == 0);
    CHECK(error_of([&] { client.activate("topic", own.id); }) == "org.shmbus1.Error.SystemError");
    CHECK(scene.stage.connect().status("topic").region.publishers == 0);
    client.detach("topic", own.id);
    bus::BytesPublisher publisher{scene.stage.connect(), "topic"};
    bus::BytesSubscriber feed{scene.stage.connect(), "topic"};
    publish_cargo(publisher, 1, 1, 3);
    Ledger ledger;
    take_cargo(feed, ledger, 3);
}

TEST_CASE(
    "foul play: segments full of ones neither crash nor stop daemon, peers or third parties") {
    for (const auto overflow : {bus::Overflow::Block, bus::Overflow::Overwrite}) {
        CAPTURE(to_string(overflow));
        const Stage stage;
        stage.connect().create_topic("topic",
                                     {.size = 64, .history = 3, .slots = 4, .overflow = overflow});
        bus::BytesSubscriber feed{stage.connect(), "topic"};
        bus::BytesPublisher publisher{stage.connect(), "topic"};
        WireClient foul{stage.address()};
        const auto ring = foul.attach("topic", "publisher");
        const auto lanes = foul.attach("topic", "subscriber");
        scribble(ring.segment.get());
        scribble(lanes.segment.get());
        foul.activate("topic", ring.id);
        foul.activate("topic", lanes.id);
        bus::BytesSubscriber late{stage.connect(), "topic"};  // its history is all ones
        std::uint64_t good = 0;
        for (std::uint64_t number = 1; number <= 1'000; ++number) {
            publish_cargo(publisher, 1, number, number);
            for (auto* reader : {&feed, &late})
                for (int look = 0; look < 4; ++look) {
                    const auto sample = reader->take();
                    good += sample && sample.publisher() == publisher.id();
                }
        }
        CHECK(good == 2'000);
        CHECK(stage.connect().status("topic").attachments.size() == 5);
        CHECK_FALSE(stage.connect().regions().empty());
    }
}

TEST_CASE("foul play: a flood of posts to a sleeper's semaphore only costs it time") {
    const Scene scene;
    bus::BytesSubscriber feed{scene.stage.connect(), "topic"};
    WireClient client{scene.stage.address()};
    const auto names = scene.stage.semaphores();
    REQUIRE(names.size() == 1);
    auto* semaphore = ::sem_open(("/" + names[0].substr(4)).c_str(), 0);
    REQUIRE(semaphore != SEM_FAILED);
    for (int i = 0; i < 10'000; ++i) ::sem_post(semaphore);
    CHECK_FALSE(feed.wait_for(std::chrono::milliseconds{20}));
    bus::BytesPublisher publisher{scene.stage.connect(), "topic"};
    publish_cargo(publisher, 1, 1, 3);
    Ledger ledger;
    take_cargo(feed, ledger, 3);
    ::sem_close(semaphore);
}
