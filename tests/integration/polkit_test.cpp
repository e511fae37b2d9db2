// Administrators who are not root: polkit is asked on the system bus, and nobody waits for it but
// who needs its answer.
#include "polkit.hpp"

#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "attempt.hpp"
#include "stage.hpp"
#include "user.hpp"

using namespace integration;

namespace {

constexpr const char* no = "polkit does not authorize it to org.shmbus1.manage-regions";

// Changes and removes root's region, and says what came of it.
Actor::Role administrator(const Stage& stage) {
    return [&stage](Cue& cue) {
        become(alice);
        auto connection = stage.connect();
        cue.tell("change", refusal_of([&] { connection.set_access("topic", {.mode = 0640}); }));
        cue.tell("remove", refusal_of([&] { connection.remove("topic"); }));
    };
}

}  // namespace

TEST_CASE("polkit: whom it authorizes administers the regions of others") {
    if (!can_become_others()) return;
    const Stage stage{{}, Stage::Bus::System};
    stage.connect().create_topic("topic", {.size = 64});
    Polkit polkit{stage.address(), Polkit::Answer::Yes};
    Actor actor{"administrator", administrator(stage)};
    const auto question = polkit.await_question();
    CHECK(question.starts_with("system-bus-name :1."));
    CHECK(question.ends_with(" org.shmbus1.manage-regions 1"));
    CHECK(stage.connect().access("topic").mode == 0600);
    polkit.let_answer();
    CHECK(actor.expect("change") == "done");
    CHECK(stage.connect().access("topic").mode == 0640);
    polkit.await_question();
    polkit.let_answer();
    CHECK(actor.expect("remove") == "done");
    CHECK_FALSE(stage.connect().contains("topic"));
    actor.finish();
}

TEST_CASE("polkit: whom it does not authorize is refused, with the reason") {
    if (!can_become_others()) return;
    for (const auto answer : {Polkit::Answer::No, Polkit::Answer::Challenge}) {
        const Stage stage{{}, Stage::Bus::System};
        stage.connect().create_topic("topic", {.size = 64});
        Polkit polkit{stage.address(), answer};
        Actor actor{"administrator", administrator(stage)};
        polkit.await_question();
        polkit.let_answer();
        CHECK(actor.expect("change") ==
              "topic: " + text_of(alice) + " may not change access: " + std::string{no});
        polkit.await_question();
        polkit.let_answer();
        CHECK(actor.expect("remove") ==
              "topic: " + text_of(alice) + " may not remove it: " + std::string{no});
        actor.finish();
        CHECK(stage.connect().access("topic").mode == 0600);
    }
}

TEST_CASE("polkit: where there is none, only owner and root administer") {
    if (!can_become_others()) return;
    const Stage stage{{}, Stage::Bus::System};
    stage.connect().create_topic("topic", {.size = 64});
    Actor actor{"administrator", administrator(stage)};
    CHECK(actor.expect("change").starts_with("topic: " + text_of(alice) +
                                             " may not change access: polkit cannot be asked: "));
    CHECK(actor.expect("remove").starts_with("topic: " + text_of(alice) +
                                             " may not remove it: polkit cannot be asked: "));
    actor.finish();
    CHECK(stage.connect().access("topic").mode == 0600);
}

TEST_CASE("polkit: while it thinks, the daemon serves everybody else") {
    if (!can_become_others()) return;
    const Stage stage{{}, Stage::Bus::System};
    stage.connect().create_topic("topic", {.size = 64});
    Polkit polkit{stage.address(), Polkit::Answer::Yes};
    Actor actor{"administrator", [&](Cue& cue) {
                    become(alice);
                    cue.tell("remove", refusal_of([&] { stage.connect().remove("topic"); }));
                }};
    polkit.await_question();
    auto connection = stage.connect();
    connection.create_topic("other", {.size = 64});
    { const bus::BytesSubscriber feed{connection, "other"}; }
    connection.remove("other");
    CHECK(connection.contains("topic"));
    polkit.let_answer();
    CHECK(actor.expect("remove") == "done");
    actor.finish();
}

TEST_CASE("polkit: a region that goes while it thinks is gone, and its daemon lives") {
    if (!can_become_others()) return;
    for (const bool change : {true, false}) {
        const Stage stage{{}, Stage::Bus::System};
        stage.connect().create_topic("topic", {.size = 64});
        Polkit polkit{stage.address(), Polkit::Answer::Yes};
        Actor actor{"administrator", [&](Cue& cue) {
                        become(alice);
                        auto connection = stage.connect();
                        cue.tell("answer", refusal_of([&] {
                                     if (change)
                                         connection.set_access("topic", {.mode = 0});
                                     else
                                         connection.remove("topic");
                                 }));
                    }};
        polkit.await_question();
        stage.connect().remove("topic");
        polkit.let_answer();
        CHECK(actor.expect("answer") == "topic: no such region");
        actor.finish();
        CHECK_FALSE(stage.connect().contains("topic"));
    }
}

TEST_CASE("polkit: a caller that dies while it thinks gets its will, and harms nobody") {
    if (!can_become_others()) return;
    const Stage stage{{}, Stage::Bus::System};
    stage.connect().create_topic("topic", {.size = 64});
    Polkit polkit{stage.address(), Polkit::Answer::No};
    Actor actor{"administrator", administrator(stage)};
    polkit.await_question();
    actor.kill();
    polkit.let_answer();
    CHECK(stage.connect().access("topic").mode == 0600);
}

TEST_CASE("polkit: one user has no more than eight questions open, and another's is asked") {
    if (!can_become_others()) return;
    const Stage stage{{}, Stage::Bus::System};
    stage.connect().create_topic("topic", {.size = 64});
    Polkit polkit{stage.address(), Polkit::Answer::No};
    Actor many{"many", [&](Cue& cue) {
                   become(alice);
                   std::vector<std::jthread> threads;
                   for (int i = 0; i < 9; ++i)
                       threads.emplace_back([&] {
                           auto connection = stage.connect();
                           cue.tell("answer", refusal_of([&] { connection.remove("topic"); }));
                       });
               }};
    CHECK(many.expect("answer") ==
          text_of(alice) + ": polkit has yet to answer 8 questions about it");
    Actor other{"other", [&](Cue& cue) {
                    become(bob);
                    cue.tell("answer", refusal_of([&] { stage.connect().remove("topic"); }));
                }};
    for (int i = 0; i < 9; ++i) {
        polkit.await_question();
        polkit.let_answer();
    }
    CHECK(other.expect("answer") == "topic: " + text_of(bob) + " may not remove it: " + no);
    other.finish();
    for (int i = 0; i < 8; ++i)
        CHECK(many.expect("answer") == "topic: " + text_of(alice) + " may not remove it: " + no);
    many.finish();
}

TEST_CASE("polkit: it is not asked for what the caller may anyway") {
    if (!can_become_others()) return;
    const Stage stage{{}, Stage::Bus::System};
    const Polkit polkit{stage.address(), Polkit::Answer::No};  // would never answer
    Actor owner{"owner", [&](Cue& cue) {
                    become(alice);
                    auto connection = stage.connect();
                    connection.create_topic("own", {.size = 64});
                    connection.set_access("own", {.mode = 0640});
                    connection.remove("own");
                    cue.tell("done");
                }};
    owner.expect("done");
    owner.finish();
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64});
    connection.set_access("topic", {.owner = number_of(alice)});
    connection.remove("topic");
}

TEST_CASE("polkit: who manages regions sees everyone's quota, and no person is asked for that") {
    if (!can_become_others()) return;
    for (const auto answer : {Polkit::Answer::Yes, Polkit::Answer::Challenge}) {
        const Stage stage{{}, Stage::Bus::System};
        stage.connect().create_topic("topic", {.size = 64});
        Polkit polkit{stage.address(), answer};
        Actor actor{"administrator", [&](Cue& cue) {
                        become(alice);
                        std::string users;
                        for (const auto& quota : stage.connect().quotas())
                            users += std::to_string(quota.user) + " ";
                        cue.tell("users", users);
                    }};
        CHECK(polkit.await_question().ends_with(" org.shmbus1.manage-regions 0"));
        polkit.let_answer();
        CHECK(actor.expect("users") ==
              (answer == Polkit::Answer::Yes ? "0 " : number_of(alice) + " "));
        actor.finish();
    }
}
