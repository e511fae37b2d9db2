// A subscriber dies at every instruction of what it does.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "operation.hpp"
#include "topic_play.hpp"
#include "watchdog.hpp"

using namespace adversity;
using integration::Cue;
using integration::patience;

namespace {

constexpr auto block = bus::Overflow::Block;
constexpr auto overwrite = bus::Overflow::Overwrite;

using Taking = bus::BytesSample (bus::BytesSubscriber::*)() noexcept;

struct Reception {
    bus::Overflow overflow = bus::Overflow::Block;
    Taking taking = &bus::BytesSubscriber::take;
    bool overrun = false;  // the ring was overwritten before it takes
};

class Take final : public TopicPlay {
public:
    Take(const integration::Stage& stage, const Reception& what)
        : TopicPlay{stage, small_topic(what.overflow), Asleep::Nobody}, what_{what} {}

    void perform(std::uint64_t, const Mark& mark) override {
        bus::BytesSubscriber feed{stage().connect(), topic};
        mark();
        const auto sample = (feed.*what_.taking)();
        mark();
    }
    void prepare(std::uint64_t, Victim&) override { go_on(what_.overrun ? slots() + 3 : 3); }
    // At once: a lossless publisher is to be kept waiting by a dead subscriber for a while.
    void judge(std::uint64_t, const Victim&) override {
        go_on(2 * slots() + 1);
        await_alone();
    }

private:
    Reception what_;
};

Case taking(std::string name, const Reception& what) {
    return {std::move(name),
            [what](const auto& stage) { return std::make_unique<Take>(stage, what); }};
}

// Gives a sample back that is all that a lossless publisher waits for.
class Release final : public TopicPlay {
public:
    explicit Release(const integration::Stage& stage)
        : TopicPlay{stage, small_topic(block), Asleep::Nobody}, giver_{"giver", [&](Cue& cue) {
                                                                           give(cue);
                                                                       }} {
        giver_.expect("ready");
    }

    void perform(std::uint64_t, const Mark& mark) override {
        bus::BytesSubscriber feed{stage().connect(), topic};
        mark();
        Cue::require(feed.wait_for(patience), "nothing came");
        auto sample = feed.take();
        mark();
        sample = {};
        mark();
    }
    // The ring is full, and its publisher sleeps for want of room.
    void prepare(std::uint64_t, Victim& victim) override {
        giver_.proceed();
        take_until(sender, sent_ + slots());
        victim.run_to_mark();
        integration::await("the publisher to sleep", [&] {
            const auto row = stage().row_of(topic, giver_.pid());
            return row && row->asleep;
        });
    }
    void judge(std::uint64_t, const Victim&) override {
        sent_ += slots() + 1;
        take_until(sender, sent_);
        giver_.expect("ready");
        go_on(1);
    }

private:
    static constexpr std::uint64_t sender = 1;

    void give(const Cue& cue) const {
        bus::BytesPublisher publisher{
            stage().connect(), topic, {.spin = std::chrono::nanoseconds{0}}};
        for (std::uint64_t sent = 0;; sent += slots() + 1) {
            cue.stand("ready");
            integration::publish_cargo(publisher, sender, sent + 1, sent + slots() + 1);
        }
    }

    integration::Actor giver_;
    std::uint64_t sent_ = 0;
};

// Gives a sample back where nobody waits for it.
class ReleaseHold final : public TopicPlay {
public:
    explicit ReleaseHold(const integration::Stage& stage)
        : TopicPlay{stage, small_topic(overwrite), Asleep::Nobody} {}

    void perform(std::uint64_t, const Mark& mark) override {
        bus::BytesSubscriber feed{stage().connect(), topic};
        mark();
        auto sample = feed.take();
        Cue::require(bool(sample), "nothing came");
        mark();
        sample = {};
        mark();
    }
    void prepare(std::uint64_t, Victim& victim) override {
        go_on(3);
        victim.run_to_mark();
        go_on(2 * slots());
    }
    void judge(std::uint64_t, const Victim&) override {
        go_on(2 * slots() + 1);
        await_alone();
    }
};

}  // namespace

TEST_CASE("crash: take, lossless") { check(taking("take, lossless", {.overflow = block})); }
TEST_CASE("crash: take, overwriting") {
    check(taking("take, overwriting", {.overflow = overwrite}));
}
TEST_CASE("crash: take, overwriting, overrun") {
    check(taking("take, overwriting, overrun", {.overflow = overwrite, .overrun = true}));
}
TEST_CASE("crash: latest, lossless") {
    check(taking("latest, lossless", {.overflow = block, .taking = &bus::BytesSubscriber::latest}));
}
TEST_CASE("crash: latest, overwriting") {
    check(taking("latest, overwriting",
                 {.overflow = overwrite, .taking = &bus::BytesSubscriber::latest}));
}
TEST_CASE("crash: release, lossless, the publisher asleep") {
    check({"release, lossless, the publisher asleep",
           [](const auto& stage) { return std::make_unique<Release>(stage); }});
}
TEST_CASE("crash: release, overwriting") {
    check({"release, overwriting",
           [](const auto& stage) { return std::make_unique<ReleaseHold>(stage); }});
}
