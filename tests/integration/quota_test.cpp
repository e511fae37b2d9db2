// What users may have of the service, and that one at its limit is nobody else's concern.
#include <list>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "attempt.hpp"
#include "cargo.hpp"
#include "stage.hpp"
#include "user.hpp"

using namespace integration;

namespace {

constexpr const char* tight =
    "[Quota]\nMaxRegions=2\nMaxAttachments=2\nMaxBytes=1M\n[Quota 8]\nMaxRegions=3\n";

// Creates regions until it may not: how many, and why not.
std::string create_all(const Stage& stage, const std::string& prefix) {
    auto connection = stage.connect();
    for (int count = 0;; ++count) {
        const auto refused = refusal_of(
            [&] { connection.create_topic(prefix + std::to_string(count), {.size = 64}); });
        if (refused != "done") return std::to_string(count) + " " + refused;
    }
}

const bus::Quota* line_of(const std::vector<bus::Quota>& quotas, ::uid_t user) {
    for (const auto& quota : quotas)
        if (quota.user == user) return &quota;
    return nullptr;
}

}  // namespace

TEST_CASE("quota: a user at the limit is refused by its name, and no other user notices") {
    if (!can_become_others()) return;
    const Stage stage{tight};
    Actor greedy{"alice", [&](Cue& cue) {
                     become(alice);
                     cue.stand("full", create_all(stage, "a"));
                 }};
    CHECK(greedy.expect("full") == "2 " + text_of(alice) + ": has 2 of 2 regions");
    Actor other{"bob", [&](Cue& cue) {
                    become(bob);
                    cue.tell("full", create_all(stage, "b"));
                }};
    CHECK(other.expect("full") == "3 " + text_of(bob) + ": has 3 of 3 regions");
    other.finish();
    CHECK_NOTHROW(stage.connect().create_topic("root", {.size = 64}));
    greedy.proceed();
    greedy.finish();
}

TEST_CASE("quota: attachments and their memory are the client's, not the region's owner's") {
    if (!can_become_others()) return;
    const Stage stage{tight};
    stage.connect().create_topic("topic", {.size = 64, .mode = 0666});
    stage.connect().create_topic("large", {.size = 1 << 20, .mode = 0666});
    Actor greedy{
        "alice", [&](Cue& cue) {
            become(alice);
            auto connection = stage.connect();
            cue.tell("large", refusal_of([&] { bus::BytesPublisher{connection, "large"}; }));
            std::list<bus::BytesSubscriber> feeds;
            feeds.emplace_back(connection, "topic");
            feeds.emplace_back(connection, "topic");
            cue.stand("third", refusal_of([&] { feeds.emplace_back(connection, "topic"); }));
            feeds.pop_back();
            cue.tell("again", refusal_of([&] { feeds.emplace_back(connection, "topic"); }));
        }};
    CHECK(greedy.expect("large").starts_with(text_of(alice) +
                                             ": has 0 of 1048576 bytes, and asks for "));
    CHECK(greedy.expect("third") == text_of(alice) + ": has 2 of 2 attachments");
    bus::BytesPublisher publisher{stage.connect(), "topic"};
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    publish_cargo(publisher, 1, 1, 3);
    Ledger ledger;
    take_cargo(feed, ledger, 3);
    greedy.proceed();
    CHECK(greedy.expect("again") == "done");
    greedy.finish();
}

TEST_CASE("quota: a client that is killed gives back what it had") {
    if (!can_become_others()) return;
    const Stage stage{tight};
    stage.connect().create_topic("topic", {.size = 64, .mode = 0666});
    for (int round = 0; round < 5; ++round) {
        Actor client{"alice", [&](Cue& cue) {
                         become(alice);
                         auto connection = stage.connect();
                         bus::BytesSubscriber one{connection, "topic"};
                         bus::BytesSubscriber two{connection, "topic"};
                         cue.stand("in");
                     }};
        client.expect("in");
        const auto quotas = stage.connect().quotas();
        REQUIRE(line_of(quotas, alice) != nullptr);
        CHECK(line_of(quotas, alice)->used.attachments == 2);
        client.kill();
        stage.await_departure("topic", client.pid());
    }
    CHECK(line_of(stage.connect().quotas(), alice) == nullptr);
}

TEST_CASE("quota: root sees everyone's line, others their own") {
    if (!can_become_others()) return;
    const Stage stage{tight};
    stage.connect().create_topic("topic", {.size = 64, .mode = 0666});
    Actor client{"alice", [&](Cue& cue) {
                     become(alice);
                     auto connection = stage.connect();
                     bus::BytesSubscriber feed{connection, "topic"};
                     const auto quotas = connection.quotas();
                     Cue::require(quotas.size() == 1, "there is not one line");
                     const auto& [user, used, limits] = quotas.front();
                     Cue::require(user == alice && used.attachments == 1, "the line is wrong");
                     Cue::require(limits == bus::Resources{2, 2, 1 << 20}, "the limits are wrong");
                     cue.stand("in");
                 }};
    client.expect("in");
    const auto quotas = stage.connect().quotas();
    REQUIRE(quotas.size() == 2);
    CHECK(quotas[0].user == 0);
    CHECK(quotas[0].used == bus::Resources{1, 0, 4096});
    CHECK(quotas[0].limits.regions == bus::unlimited);
    CHECK(quotas[1].user == alice);
    client.proceed();
    client.finish();
}

TEST_CASE("quota: one that is changed holds after a reload, for what comes") {
    if (!can_become_others()) return;
    Stage stage{tight};
    Actor greedy{"alice", [&](Cue& cue) {
                     become(alice);
                     cue.stand("first", create_all(stage, "a"));
                     cue.stand("second", create_all(stage, "b"));
                     cue.tell("third", create_all(stage, "c"));
                 }};
    CHECK(greedy.expect("first") == "2 " + text_of(alice) + ": has 2 of 2 regions");
    stage.configure("[Quota 5]\nMaxRegions=4\n");
    stage.reload();
    greedy.proceed();
    CHECK(greedy.expect("second") == "2 " + text_of(alice) + ": has 4 of 4 regions");
    stage.configure(tight);
    stage.reload();
    greedy.proceed();
    CHECK(greedy.expect("third") == "0 " + text_of(alice) + ": has 4 of 2 regions");
    greedy.finish();
}
