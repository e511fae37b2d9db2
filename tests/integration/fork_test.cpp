// A process that forks stays the only writer of its segment.
#include <csignal>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"

using namespace integration;

namespace {

// How a forked child ends that does this.
template <class Deed>
std::string fate_of_child(Deed deed) {
    const auto pid = ::fork();
    if (pid == 0) {
        deed();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
    return "exit " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

TEST_CASE("fork: the child of a publisher cannot write the segment, and the publisher goes on") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64});
    bus::BytesSubscriber feed{stage.connect(), "topic"};
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{stage.connect(), "topic"};
                    publish_cargo(publisher, 1, 1, 1);
                    auto loan = publisher.loan();
                    load(loan.bytes(), 1, 2);
                    cue.tell("child", fate_of_child([&] { load(loan.bytes(), 9, 9); }));
                    cue.tell("idle child", fate_of_child([] {}));
                    publisher.publish(std::move(loan), 64);
                    publish_cargo(publisher, 1, 3, 3);
                    cue.stand("published");
                }};
    CHECK(giver.expect("child") == "signal " + std::to_string(SIGSEGV));
    CHECK(giver.expect("idle child") == "exit 0");
    giver.expect("published");
    Ledger ledger;
    take_cargo(feed, ledger, 3);
    CHECK(stage.row_of("topic", giver.pid()));  // its child's end was not its own
    giver.finish();
}

TEST_CASE("fork: the child of a subscriber can read what its parent holds, and write nothing") {
    const Stage stage;
    stage.connect().create_topic("topic", {.size = 64});
    bus::BytesPublisher publisher{stage.connect(), "topic"};
    Actor taker{"subscriber", [&](Cue& cue) {
                    bus::BytesSubscriber feed{stage.connect(), "topic"};
                    cue.stand("ready");
                    const auto sample = feed.take();
                    cue.tell("reader", fate_of_child([&] { Ledger{}.enter(sample); }));
                    cue.tell("writer", fate_of_child([&] {
                                 *const_cast<std::byte*>(sample.data()) = std::byte{1};
                             }));
                    cue.stand("done");
                }};
    taker.expect("ready");
    publish_cargo(publisher, 1, 1, 1);
    taker.proceed();
    CHECK(taker.expect("reader") == "exit 0");
    CHECK(taker.expect("writer") == "signal " + std::to_string(SIGSEGV));
    taker.expect("done");
    taker.finish();
}
