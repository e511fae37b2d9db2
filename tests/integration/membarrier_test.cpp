// A process in which the kernel refuses membarrier, as a container's seccomp profile may.
#include <cerrno>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <seccomp.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

namespace {

void forbid_membarrier() {
    const auto filter = ::seccomp_init(SCMP_ACT_ALLOW);
    if (filter == nullptr ||
        ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(membarrier), 0) != 0 ||
        ::seccomp_load(filter) != 0)
        throw std::runtime_error{"seccomp cannot be set up"};
    ::seccomp_release(filter);
}

// What comes of attaching in this role.
template <class Attachment>
std::string outcome_of(const bus::Connection& connection) {
    try {
        const Attachment attachment{connection, "asymmetric"};
        return "attached";
    } catch (const bus::Error& error) {
        return (error.errc() == bus::Errc::FenceUnavailable ? "FenceUnavailable; " : "other; ") +
               std::string{error.what()};
    }
}

}  // namespace

TEST_CASE("membarrier: forbidden, attaching is refused and the text names fence=full") {
    const Stage stage;
    stage.connect().create_topic("asymmetric", {.size = 64});
    Actor confined{"confined", [&](Cue& cue) {
                       forbid_membarrier();
                       const auto connection = stage.connect();
                       cue.tell("publisher", outcome_of<bus::BytesPublisher>(connection));
                       cue.stand("subscriber", outcome_of<bus::BytesSubscriber>(connection));
                   }};
    for (const char* role : {"publisher", "subscriber"}) {
        const auto outcome = confined.expect(role);
        CAPTURE(outcome);
        CHECK(outcome.starts_with("FenceUnavailable; asymmetric: "));
        CHECK(outcome.find("fence=full") != std::string::npos);
        CHECK(outcome.find('\n') == std::string::npos);
    }
    CHECK(stage.connect().status("asymmetric").attachments.empty());
    CHECK(stage.usage()["attachments"] == 0);
    CHECK(stage.semaphores().empty());
    confined.finish();
}

TEST_CASE("membarrier: forbidden, a region with fence=full carries a stream in both directions") {
    for (const auto overflow : {bus::Overflow::Block, bus::Overflow::Overwrite}) {
        CAPTURE(to_string(overflow));
        const Stage stage;
        constexpr std::uint64_t count = 20'000;
        for (const char* name : {"there", "back"})
            stage.connect().create_topic(
                name, {.size = 64, .overflow = overflow, .fence = bus::Fence::Full});
        Actor confined{"confined", [&](Cue& cue) {
                           forbid_membarrier();
                           bus::BytesSubscriber feed{stage.connect(), "there"};
                           bus::BytesPublisher publisher{stage.connect(), "back"};
                           cue.stand("attached");
                           Ledger ledger{Order::Ascent};
                           take_until(feed, ledger, 1, count);
                           Cue::require(ledger.count() + feed.missed() == count, "some are lost");
                           publish_cargo(publisher, 2, 1, count);
                           cue.stand("published");
                       }};
        confined.expect("attached");
        bus::BytesSubscriber feed{stage.connect(), "back"};
        bus::BytesPublisher publisher{stage.connect(), "there"};
        confined.proceed();
        publish_cargo(publisher, 1, 1, count);
        Ledger ledger{Order::Ascent};
        take_until(feed, ledger, 2, count);
        CHECK(ledger.count() + feed.missed() == count);
        if (overflow == bus::Overflow::Block) CHECK(feed.missed() == 0);
        confined.expect("published");
        confined.finish();
    }
}
