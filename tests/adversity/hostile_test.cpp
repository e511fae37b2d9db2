// A peer that writes what it likes over every byte that it can map writable, beside honest ones.
// Built with the address and undefined behaviour sanitizers: a part that steps out of bounds ends.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/prctl.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "abi/shape.hpp"
#include "actor.hpp"
#include "cargo.hpp"
#include "foe.hpp"
#include "operation.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "shm/derive.hpp"
#include "stage.hpp"
#include "user.hpp"
#include "victims.hpp"
#include "watchdog.hpp"

using namespace adversity;
using integration::Actor;
using integration::Cue;
using integration::Stage;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t mutations_wanted = 1'000'000;
constexpr std::uint64_t turns_wanted = 2'000;  // of each victim, beside the hostile peer
constexpr std::uint64_t turns_halted = 3;      // while it is halted at a bad moment
constexpr std::uint64_t halts = 5;
constexpr std::uint64_t largest_segment = std::uint64_t{1} << 30;

std::uint64_t seed() {
    static const auto chosen = options().seed.value_or(static_cast<std::uint64_t>(
        std::chrono::system_clock::now().time_since_epoch().count() & 0xffff'ffff));
    return chosen;
}

// Who has the daemon's own uid, or root's, owns the daemon's memory too: a hostile peer is somebody
// else where that can be had. It can see its own descriptors in /proc, as a program that began so.
void become_stranger() {
    integration::become(integration::bob);
    ::prctl(PR_SET_DUMPABLE, 1);
    integration::Process::die_with_parent(::getppid(), SIGKILL);
}

// One hostile peer and its victims on a stage.
class Encounter {
public:
    explicit Encounter(std::string name) : name_{std::move(name)}, census_{warmed_up(stage_)} {
        before_ = census_.take();
    }

    [[nodiscard]] const Stage& stage() const noexcept { return stage_; }
    [[nodiscard]] bus::Connection connect() const { return stage_.connect(); }

    Actor& add(const std::string& part,
               const std::function<Actor::Role(Progress&, std::size_t)>& make) {
        return victims_.emplace_back(part, make(*progress_, victims_.size()));
    }
    // The hostile peer joins, everyone plays, and it ends.
    void play(const std::string& region, bus::Role role, const bus::abi::Shape& shape) {
        const Foe::Plan plan{region, role, bus::shm::derive_geometry(shape, largest_segment),
                             seed(), integration::can_become_others()};
        foe_ = std::make_unique<Actor>("the hostile peer", [&](Cue& cue) {
            if (plan.stranger) become_stranger();
            Foe foe{stage_, plan, *progress_};
            cue.stand("ready");
            foe.rage();
        });
        foe_->expect("ready");
        for (auto& victim : victims_) victim.proceed();
        foe_->proceed();
        await_turns(turns_wanted / 2);
        for (std::uint64_t i = 0; i < halts; ++i) halt_once();
        await_mutations();
        await_turns(turns_wanted);
        progress_->over = true;
    }
    void finish() {
        foe_->finish();
        foe_.reset();
        for (auto& victim : victims_) victim.finish();
        victims_.clear();
        CHECK(stage_.daemon().process().running());
        for (const auto& region : connect().regions()) connect().remove(region.name);
        integration::await("all to be as it was before", [&] { return census_.take() == before_; });
        say("0 violations");
    }
    ~Encounter() {
        if (foe_)
            say("VIOLATED; the same again with --seed=" + std::to_string(seed()) +
                "; the daemon said:\n" + stage_.daemon().output());
    }

private:
    void say(const std::string& end) const {
        std::printf("%s: seed %lu, %lu mutations, %lu other deeds, %s\n", name_.c_str(), seed(),
                    progress_->mutations.load(), progress_->deeds.load(), end.c_str());
        std::fflush(stdout);
    }
    // Every victim has had so many more turns; none hangs, whatever the daemon is asked meanwhile.
    void await_turns(std::uint64_t turns) {
        std::vector<std::uint64_t> wanted;
        for (std::size_t part = 0; part < victims_.size(); ++part)
            wanted.push_back(progress_->turns[part] + turns);
        for (std::size_t part = 0; part < victims_.size(); ++part)
            for (auto seen = progress_->turns[part].load(); seen < wanted[part];) {
                integration::keep_watch();
                look_at_everyone();
                integration::await("a turn of victim " + std::to_string(part),
                                   [&] { return progress_->turns[part] > seen; });
                seen = progress_->turns[part];
            }
    }
    void await_mutations() {
        const auto wanted = options().mutations.value_or(mutations_wanted);
        for (auto seen = progress_->mutations.load(); seen < wanted;) {
            integration::keep_watch();
            look_at_everyone();
            integration::await("mutations", [&] { return progress_->mutations > seen; });
            seen = progress_->mutations;
        }
    }
    // Wherever it is.
    void halt_once() {
        foe_->process().halt();
        await_turns(turns_halted);
        foe_->process().signal(SIGCONT);
    }
    void look_at_everyone() {
        auto connection = connect();
        for (const auto& region : connection.regions())
            static_cast<void>(connection.status(region.name));
        for (auto& victim : victims_)
            if (!victim.process().running()) victim.expect("its end");
        if (!foe_->process().running()) foe_->expect("its end");
    }

    std::string name_;
    Stage stage_;
    Census census_;
    Holdings before_;
    SharedProgress progress_;
    std::list<Actor> victims_;
    std::unique_ptr<Actor> foe_;
};

// Honest publishing and subscribing in a topic, which goes on whole.
class HonestTopic {
public:
    HonestTopic(Encounter& encounter, std::string region, Taking taking)
        : publisher_{encounter.add("publisher", [&](Progress& progress, std::size_t part) {
              return publishing(encounter.stage(), region, progress, part);
          })} {
        const auto id = std::stoull(publisher_.expect("ready"));
        subscriber_ = &encounter.add("subscriber", [&](Progress& progress, std::size_t part) {
            return subscribing(encounter.stage(), region, progress, part, id, taking);
        });
        subscriber_->expect("ready");
    }
    // All that was published arrives.
    void check() {
        const auto published = publisher_.expect("published");
        subscriber_->expect("took");
        CHECK(std::stoull(published) > 0);
        subscriber_->answer(published);
    }

private:
    Actor& publisher_;
    Actor* subscriber_ = nullptr;
};

bus::TopicOptions topic_options(bus::Overflow overflow) {
    return {.size = 200,
            .slots = 16,
            .overflow = overflow,
            .publishers = 3,
            .subscribers = 3,
            .patience = 3s,
            .mode = 0666};
}

void meet_in_topic(const std::string& name, bus::Role role, bus::Overflow overflow) {
    Encounter encounter{name};
    const auto options = topic_options(overflow);
    encounter.connect().create_topic("topic", options);
    HonestTopic honest{encounter, "topic",
                       overflow == bus::Overflow::Block ? Taking::All : Taking::Newest};
    encounter.play("topic", role, bus::abi::shape_of(options));
    honest.check();
    encounter.finish();
}

void meet_in_raw(const std::string& name, bus::Role role) {
    Encounter encounter{name};
    const bus::RawOptions options{.size = 4096, .mode = 0666};
    const auto trust = role == bus::Role::Reader ? Trust::Writers : Trust::Nobody;
    encounter.connect().create_raw("board", options);
    encounter.connect().create_topic("topic", topic_options(bus::Overflow::Block));
    HonestTopic honest{encounter, "topic", Taking::All};
    auto& writer = encounter.add("writer", [&](Progress& progress, std::size_t part) {
        return writing(encounter.stage(), "board", progress, part, trust);
    });
    auto& reader = encounter.add("reader", [&](Progress& progress, std::size_t part) {
        return reading(encounter.stage(), "board", progress, part, trust);
    });
    writer.expect("ready");
    reader.expect("ready");
    encounter.play("board", role, bus::abi::shape_of(options));
    writer.expect("locked");
    reader.expect("locked");
    honest.check();
    encounter.finish();
}

// Two honest clients beside the hostile peer, and a server. Where that serves all the time, each
// call is answered rightly; in turns with a hostile one, calls come to an end, and with the honest
// one to answers.
void meet_in_service(const std::string& name, bus::Role role) {
    Encounter encounter{name};
    const bus::ServiceOptions options{.size = 200, .clients = 4, .mode = 0666};
    const bool served_well = role == bus::Role::Client;
    encounter.connect().create_service("service", options);
    encounter.connect().create_topic("topic", topic_options(bus::Overflow::Block));
    HonestTopic honest{encounter, "topic", Taking::All};
    auto& server = encounter.add("server", [&](Progress& progress, std::size_t part) {
        return serving(encounter.stage(), "service", progress, part,
                       served_well ? Tenure::Stays : Tenure::Changes);
    });
    server.expect("ready");
    std::vector<Actor*> clients;
    for (int i = 0; i < 2; ++i) {
        clients.push_back(&encounter.add("client", [&](Progress& progress, std::size_t part) {
            return asking(encounter.stage(), "service", progress, part,
                          served_well ? Trust::Writers : Trust::Nobody);
        }));
        clients.back()->expect("ready");
    }
    encounter.play("service", role, bus::abi::shape_of(options));
    for (auto* client : clients) CHECK(std::stoull(client->expect("answered")) > 0);
    honest.check();
    encounter.finish();
}

// A publisher that changes what it has published.
void publish_and_change(Cue& cue, const Stage& stage) {
    bus::BytesPublisher publisher{stage.connect(), "topic"};
    cue.stand("ready", std::to_string(publisher.id()));
    auto loan = publisher.loan();
    const auto payload = loan.bytes();
    integration::load(payload, 1, 1);
    publisher.publish(std::move(loan), payload.size());
    payload.back() = std::byte{0xff};
    cue.stand("published", "1");
}

}  // namespace

TEST_CASE("hostile, itself: a wrong byte in an honest sample is found") {
    const Stage stage;
    stage.connect().create_topic("topic", topic_options(bus::Overflow::Block));
    const SharedProgress progress;
    Actor publisher{"publisher", [&](Cue& cue) { publish_and_change(cue, stage); }};
    const auto id = std::stoull(publisher.expect("ready"));
    Actor subscriber{"subscriber", subscribing(stage, "topic", *progress, 0, id, Taking::All)};
    subscriber.expect("ready");
    publisher.proceed();
    publisher.expect("published");
    subscriber.proceed();
    CHECK_THROWS_WITH(subscriber.expect("took"), doctest::Contains("is damaged at byte"));
}

TEST_CASE("hostile: a publisher, lossless") {
    meet_in_topic("publisher, lossless", bus::Role::Publisher, bus::Overflow::Block);
}
TEST_CASE("hostile: a publisher, overwriting") {
    meet_in_topic("publisher, overwriting", bus::Role::Publisher, bus::Overflow::Overwrite);
}
TEST_CASE("hostile: a subscriber, lossless") {
    meet_in_topic("subscriber, lossless", bus::Role::Subscriber, bus::Overflow::Block);
}
TEST_CASE("hostile: a subscriber, overwriting") {
    meet_in_topic("subscriber, overwriting", bus::Role::Subscriber, bus::Overflow::Overwrite);
}
TEST_CASE("hostile: a writer") { meet_in_raw("writer", bus::Role::Writer); }
TEST_CASE("hostile: a reader") { meet_in_raw("reader", bus::Role::Reader); }
TEST_CASE("hostile: a client") { meet_in_service("client", bus::Role::Client); }
TEST_CASE("hostile: a server") { meet_in_service("server", bus::Role::Server); }
