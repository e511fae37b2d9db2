// Access, quotas and declared regions after the daemon's death: as before it.
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "actor.hpp"
#include "attempt.hpp"
#include "cargo.hpp"
#include "keeper.hpp"
#include "user.hpp"

using namespace integration;
using bus::Rights;

namespace {

// A kept daemon and its configuration, which lies where that of a user does.
struct House {
    explicit House(const std::string& config) {
        write("shmbusd.conf", config);
        restart();
    }
    void write(const std::string& file, const std::string& text) const {
        const std::filesystem::path path{bus.directory() / ("config/shmbus/" + file)};
        std::filesystem::create_directories(path.parent_path());
        std::ofstream{path} << text;
    }
    void restart() {
        keeper.kill();
        keeper.start();
    }

    PrivateBus bus;
    Keeper keeper{bus};
};

std::string camera(const std::string& rest) {
    return "[Region]\nName=camera\nKind=topic\nSize=64\n" + rest;
}

}  // namespace

TEST_CASE("restart: access that was changed holds, for those named too") {
    House house{""};
    auto connection = house.keeper.connect();
    connection.create_topic("topic", {.size = 64});
    connection.set_access(
        "topic", {.group = "60044",
                  .mode = 0640,
                  .users = bus::NamedRights{{"60001", Rights::Read}, {"60002", Rights::None}},
                  .groups = bus::NamedRights{{"60045", Rights::Write}}});
    const auto before = connection.access("topic");
    house.restart();
    const auto after = connection.access("topic");
    CHECK(after.owner == before.owner);
    CHECK(after.group == 60'044);
    CHECK(after.mode == 0640);
    CHECK(after.users == before.users);
    CHECK(after.groups == before.groups);
}

TEST_CASE("restart: who was refused is refused, and who was let in goes on") {
    if (!can_become_others()) return;
    House house{""};
    auto connection = house.keeper.connect();
    connection.create_topic("topic", {.size = 64, .users = {{number_of(alice), Rights::Read}}});
    Actor taker{"alice", [&](Cue& cue) {
                    become(alice);
                    auto own = house.keeper.connect();
                    bus::BytesSubscriber feed{own, "topic"};
                    cue.stand("in");
                    cue.tell("publish", attempt([&] { bus::BytesPublisher{own, "topic"}; }));
                    Ledger ledger;
                    take_cargo(feed, ledger, 10);
                    cue.tell("done");
                }};
    taker.expect("in");
    house.restart();
    taker.proceed();
    CHECK(taker.expect("publish") == "denied");
    bus::BytesPublisher publisher{connection, "topic"};
    publish_cargo(publisher, 1, 1, 10);
    taker.expect("done");
    taker.finish();
}

TEST_CASE("restart: what users have counts on, and one at the limit stays there") {
    if (!can_become_others()) return;
    House house{"[Quota]\nMaxRegions=1\nMaxAttachments=1\n"};
    Actor user{
        "alice", [&](Cue& cue) {
            become(alice);
            auto connection = house.keeper.connect();
            connection.create_topic("one", {.size = 64});
            bus::BytesSubscriber feed{connection, "one"};
            cue.stand("full");
            cue.tell("region", refusal_of([&] { connection.create_topic("two", {.size = 64}); }));
            cue.tell("attachment", refusal_of([&] { bus::BytesPublisher{connection, "one"}; }));
            cue.stand("quota", std::to_string(connection.quotas().at(0).used.bytes));
        }};
    user.expect("full");
    const auto before = house.keeper.connect().quotas();
    house.restart();
    user.proceed();
    CHECK(user.expect("region") == text_of(alice) + ": has 1 of 1 regions");
    CHECK(user.expect("attachment") == text_of(alice) + ": has 1 of 1 attachments");
    REQUIRE(before.size() == 1);
    CHECK(user.expect("quota") == std::to_string(before[0].used.bytes));
    user.proceed();
    user.finish();
}

TEST_CASE("restart: a limit that was lowered meanwhile takes nothing away") {
    if (!can_become_others()) return;
    House house{""};
    auto connection = house.keeper.connect();
    connection.create_topic("one", {.size = 64});
    connection.create_topic("two", {.size = 64});
    for (const char* name : {"one", "two"})
        connection.set_access(name, {.owner = number_of(alice)});
    house.write("shmbusd.conf",
                "[Limits]\nMaxRegions=1\nMaxSegmentSize=4K\n[Quota]\nMaxRegions=1\n");
    house.restart();
    CHECK(connection.regions().size() == 2);
    CHECK(connection.quotas().at(0).used.regions == 2);
}

TEST_CASE(
    "restart: a declared region is taken up with all who are in it, and gets its file's access") {
    House house{""};
    house.write("regions.d/camera.region", camera(""));
    house.restart();
    auto connection = house.keeper.connect();
    bus::BytesPublisher publisher{connection, "camera"};
    bus::BytesSubscriber feed{connection, "camera"};
    publish_cargo(publisher, 1, 1, 3);
    house.write("regions.d/camera.region",
                camera("Holds=7\n[Access]\nMode=0644\nUsers=60001:rw\n"));
    house.restart();
    const auto status = connection.status("camera");
    CHECK(status.attachments.size() == 2);
    CHECK(status.access.mode == 0644);
    CHECK(status.access.users == std::map<::uid_t, Rights>{{60'001, Rights::ReadWrite}});
    CHECK(status.options.holds == 2);
    CHECK(house.keeper.log().find("Holds= cannot change") != std::string::npos);
    publish_cargo(publisher, 1, 4, 4);
    Ledger ledger;
    take_cargo(feed, ledger, 4);
    house.restart();
    CHECK(connection.access("camera").mode == 0644);
}

TEST_CASE("restart: a declared region that was removed is there again") {
    House house{""};
    house.write("regions.d/camera.region", camera(""));
    house.restart();
    auto connection = house.keeper.connect();
    connection.remove("camera");
    CHECK_FALSE(connection.contains("camera"));
    house.restart();
    CHECK(connection.contains("camera"));
}
