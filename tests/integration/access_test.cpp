// Who may join what, and who may change it: clients of several users and one daemon.
#include <string>

#include <semaphore.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "attempt.hpp"
#include "cargo.hpp"
#include "stage.hpp"
#include "user.hpp"

using namespace integration;
using bus::Rights;

namespace {

constexpr ::gid_t video = 60'044;

// What this process may in the topic: "subscribe: done publish: denied".
std::string rights_in(const Stage& stage, const std::string& topic) {
    auto connection = stage.connect();
    return "subscribe: " + attempt([&] {
               bus::BytesSubscriber{connection, topic};
           }) +
           " publish: " + attempt([&] {
               bus::BytesPublisher{connection, topic};
           });
}

// The same for another user.
std::string rights_of(const Stage& stage, const std::string& topic, ::uid_t user,
                      const std::vector<::gid_t>& groups = {}) {
    Actor guest{"guest", [&](Cue& cue) {
                    become(user, groups);
                    cue.tell("rights", rights_in(stage, topic));
                }};
    auto rights = guest.expect("rights");
    guest.finish();
    return rights;
}

constexpr const char* both = "subscribe: done publish: done";
constexpr const char* reads = "subscribe: done publish: denied";
constexpr const char* writes = "subscribe: denied publish: done";
constexpr const char* nothing = "subscribe: denied publish: denied";

}  // namespace

TEST_CASE("access: one user may subscribe and not publish, another may do nothing") {
    if (!can_become_others()) return;
    const Stage stage;
    stage.connect().create_topic("topic",
                                 {.size = 64, .users = {{number_of(alice), Rights::Read}}});
    CHECK(rights_in(stage, "topic") == both);
    CHECK(rights_of(stage, "topic", alice) == reads);
    CHECK(rights_of(stage, "topic", bob) == nothing);
}

TEST_CASE("access: a named user may publish and not subscribe, and one may be shut out by name") {
    if (!can_become_others()) return;
    const Stage stage;
    stage.connect().create_topic(
        "topic", {.size = 64,
                  .mode = 0666,
                  .users = {{number_of(alice), Rights::Write}, {number_of(bob), Rights::None}}});
    CHECK(rights_of(stage, "topic", alice) == writes);
    CHECK(rights_of(stage, "topic", bob) == nothing);
    CHECK(rights_of(stage, "topic", carol) == both);
}

TEST_CASE("access: supplementary groups count, as the bus tells them") {
    if (!can_become_others()) return;
    const Stage stage;
    stage.connect().create_topic("group", {.size = 64, .mode = 0640, .group = "60044"});
    stage.connect().create_topic("named", {.size = 64, .groups = {{"60044", Rights::ReadWrite}}});
    CHECK(rights_of(stage, "group", alice, {video}) == reads);
    CHECK(rights_of(stage, "group", alice) == nothing);
    CHECK(rights_of(stage, "named", alice, {60'043, video}) == both);
    CHECK(rights_of(stage, "named", alice, {60'043}) == nothing);
}

TEST_CASE("access: a subscriber that may not publish streams from one that may") {
    if (!can_become_others()) return;
    const Stage stage;
    stage.connect().create_topic(
        "topic", {.size = 64, .slots = 4, .users = {{number_of(alice), Rights::Read}}});
    Actor taker{"taker", [&](Cue& cue) {
                    become(alice);
                    bus::BytesSubscriber feed{
                        stage.connect(), "topic", {.spin = std::chrono::nanoseconds{0}}};
                    cue.tell("ready");
                    Ledger ledger;
                    take_cargo(feed, ledger, 500);
                    cue.tell("done");
                }};
    taker.expect("ready");
    bus::BytesPublisher publisher{stage.connect(), "topic", {.spin = std::chrono::nanoseconds{0}}};
    publish_cargo(publisher, 1, 1, 500);
    taker.expect("done");
    taker.finish();
}

TEST_CASE("access: who may not join can open no semaphore either") {
    if (!can_become_others()) return;
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64});
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    const auto names = stage.semaphores();
    REQUIRE(names.size() == 1);
    Actor guest{"guest", [&](Cue& cue) {
                    become(bob);
                    const bool open =
                        ::sem_open(("/" + names[0].substr(4)).c_str(), 0) != SEM_FAILED;
                    cue.tell("opened", open ? "yes" : "no");
                }};
    CHECK(guest.expect("opened") == "no");
    guest.finish();
}

TEST_CASE("access: a change holds for those who come, and who is in keeps what it has") {
    if (!can_become_others()) return;
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64, .mode = 0666});
    Actor early{"early", [&](Cue& cue) {
                    become(alice);
                    bus::BytesSubscriber feed{stage.connect(), "topic"};
                    cue.stand("in");
                    Ledger ledger;
                    take_cargo(feed, ledger, 100);
                    cue.tell("done");
                }};
    early.expect("in");
    connection.set_access("topic", {.mode = 0600});
    CHECK(rights_of(stage, "topic", alice) == nothing);
    bus::BytesPublisher publisher{connection, "topic"};
    early.proceed();
    publish_cargo(publisher, 1, 1, 100);
    early.expect("done");
    early.finish();
    connection.set_access("topic", {.users = bus::NamedRights{{number_of(alice), Rights::Read}}});
    CHECK(rights_of(stage, "topic", alice) == reads);
    connection.set_access("topic", {.users = bus::NamedRights{}});
    CHECK(rights_of(stage, "topic", alice) == nothing);
}

TEST_CASE("access: it is seen as it is") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic",
                            {.size = 64,
                             .mode = 0640,
                             .group = "60044",
                             .users = {{"root", Rights::Read}, {number_of(alice), Rights::None}},
                             .groups = {{"60045", Rights::ReadWrite}}});
    const auto access = connection.access("topic");
    CHECK(access.owner == ::geteuid());
    CHECK(access.group == video);
    CHECK(access.mode == 0640);
    CHECK(access.users == std::map<::uid_t, Rights>{{0, Rights::Read}, {alice, Rights::None}});
    CHECK(access.groups == std::map<::gid_t, Rights>{{60'045, Rights::ReadWrite}});
    const auto status = connection.status("topic");
    CHECK(status.access.group == video);
    CHECK(status.region.mode == 0640);
    CHECK(status.options.mode == 0640);
    connection.set_access("topic", {.mode = 0604});
    CHECK(connection.access("topic").mode == 0604);
    CHECK(connection.access("topic").users == access.users);
    CHECK(connection.regions().at(0).mode == 0604);
}

TEST_CASE("access: the owner changes it but does not give the region away; root does both") {
    if (!can_become_others()) return;
    const Stage stage;
    Actor owner{
        "owner", [&](Cue& cue) {
            become(alice);
            auto connection = stage.connect();
            connection.create_topic("topic", {.size = 64});
            cue.tell("mode", attempt([&] { connection.set_access("topic", {.mode = 0666}); }));
            cue.stand("away", refusal_of([&] {
                          connection.set_access("topic", {.owner = number_of(bob)});
                      }));
            cue.tell("given", attempt([&] { connection.set_access("topic", {.mode = 0}); }));
        }};
    CHECK(owner.expect("mode") == "done");
    CHECK(owner.expect("away") ==
          "topic: " + text_of(alice) + " may not change access: only root administers this bus");
    stage.connect().set_access("topic", {.owner = number_of(bob)});
    CHECK(stage.connect().access("topic").owner == bob);
    owner.proceed();
    CHECK(owner.expect("given") == "denied");
    owner.finish();
    CHECK(stage.connect().access("topic").mode == 0666);
}

TEST_CASE("access: nobody but owner and root changes or removes a region") {
    if (!can_become_others()) return;
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64, .mode = 0666});
    Actor guest{"guest", [&](Cue& cue) {
                    become(bob);
                    auto connection = stage.connect();
                    cue.tell("change",
                             refusal_of([&] { connection.set_access("topic", {.mode = 0777}); }));
                    cue.tell("remove", refusal_of([&] { connection.remove("topic"); }));
                }};
    CHECK(guest.expect("change") ==
          "topic: " + text_of(bob) + " may not change access: only root administers this bus");
    CHECK(guest.expect("remove") ==
          "topic: " + text_of(bob) + " may not remove it: only root administers this bus");
    guest.finish();
    CHECK(stage.connect().contains("topic"));
}

TEST_CASE("access: what will not do is refused by name, and changes nothing") {
    const Stage stage;
    auto connection = stage.connect();
    CHECK(refusal_of([&] {
              connection.create_topic("topic", {.size = 64, .users = {{"nosuch", Rights::Read}}});
          }) == "\"nosuch\": there is no such user");
    CHECK_FALSE(connection.contains("topic"));
    connection.create_topic("topic", {.size = 64});
    CHECK(refusal_of([&] {
              connection.set_access(
                  "topic", {.mode = 0666, .groups = bus::NamedRights{{"nosuch", Rights::Read}}});
          }) == "\"nosuch\": there is no such group");
    CHECK(connection.access("topic").mode == 0600);
    CHECK(refusal_of([&] { connection.set_access("topic", {.mode = 01000}); }) ==
          "mode: it has bits beyond 0777");
    CHECK(refusal_of([&] { connection.set_access("none", {.mode = 0}); }) ==
          "none: no such region");
}

TEST_CASE("access: names that begin so are for those whom the configuration lets create them") {
    if (!can_become_others()) return;
    const Stage stage{"[Create camera/]\nUsers=5\nGroups=60044\n[Create closed/]\n"};
    const auto create_as = [&](::uid_t user, const std::vector<::gid_t>& groups) {
        Actor guest{
            "guest", [&](Cue& cue) {
                become(user, groups);
                auto connection = stage.connect();
                const auto name = [&](const char* prefix) { return prefix + std::to_string(user); };
                std::string answers;
                for (const char* prefix : {"camera/", "closed/", "free/"})
                    answers +=
                        attempt([&] { connection.create_topic(name(prefix), {.size = 64}); }) + " ";
                cue.tell("answers", answers);
            }};
        auto answers = guest.expect("answers");
        guest.finish();
        return answers;
    };
    CHECK(create_as(alice, {}) == "done denied done ");
    CHECK(create_as(bob, {}) == "denied denied done ");
    CHECK(create_as(carol, {video}) == "done denied done ");
    CHECK(create_as(0, {}) == "done done done ");
}
