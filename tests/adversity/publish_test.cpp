// A publisher dies at every instruction of what it does.
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "operation.hpp"
#include "topic_play.hpp"
#include "watchdog.hpp"

using namespace adversity;
using integration::least_cargo;
using integration::load;
using integration::patience;

namespace {

constexpr std::size_t size = 40;

// What the publisher does with a loan; the bytes are to become cargo `number` of `sender`.
using Deed = void (*)(bus::BytesPublisher&, std::uint64_t sender, std::uint64_t number);

void publish(bus::BytesPublisher& publisher, std::uint64_t sender, std::uint64_t number) {
    auto loan = publisher.loan(patience);
    load(loan.bytes().first(size), sender, number);
    publisher.publish(std::move(loan), size);
}

void give_back(bus::BytesPublisher& publisher, std::uint64_t, std::uint64_t) {
    const auto loan = publisher.loan(patience);
}

struct Publication {
    bus::Overflow overflow = bus::Overflow::Block;
    Asleep asleep = Asleep::Nobody;
    bool laps = false;  // a whole ring was published before, so that it has to look for room
    Deed deed = publish;
};

class Publish final : public TopicPlay {
public:
    Publish(const integration::Stage& stage, const Publication& what)
        : TopicPlay{stage, small_topic(what.overflow), what.asleep},
          deed_{what.deed},
          before_{what.laps ? slots() : 3} {}

    void perform(std::uint64_t run, const Mark& mark) override {
        bus::BytesPublisher publisher{stage().connect(), topic};
        integration::publish_cargo(publisher, run, 1, before_, size);
        mark();
        deed_(publisher, run, before_ + 1);
        mark();
    }
    void prepare(std::uint64_t run, Victim&) override {
        take_until(run, before_);
        await_sleeper();
    }
    void judge(std::uint64_t run, const Victim&) override {
        await_alone();
        const auto newest = newest_of(run);
        const bool good = newest == before_ || (deed_ != give_back && newest == before_ + 1);
        if (!good)
            throw std::runtime_error{"of " + std::to_string(before_) + " or one more, " +
                                     std::to_string(newest) + " came"};
    }

private:
    Deed deed_;
    std::uint64_t before_;
};

Case publishing(std::string name, const Publication& what) {
    return {std::move(name),
            [what](const auto& stage) { return std::make_unique<Publish>(stage, what); }};
}

constexpr auto block = bus::Overflow::Block;
constexpr auto overwrite = bus::Overflow::Overwrite;

}  // namespace

TEST_CASE("crash: publish, lossless") {
    check(publishing("publish, lossless", {.overflow = block}));
}
TEST_CASE("crash: publish, lossless, looking for room") {
    check(publishing("publish, lossless, looking for room", {.overflow = block, .laps = true}));
}
TEST_CASE("crash: publish, lossless, a subscriber asleep") {
    check(publishing("publish, lossless, a subscriber asleep",
                     {.overflow = block, .asleep = Asleep::Somebody}));
}
TEST_CASE("crash: publish, overwriting") {
    check(publishing("publish, overwriting", {.overflow = overwrite}));
}
TEST_CASE("crash: publish, overwriting, reclaiming a stretch") {
    check(publishing("publish, overwriting, reclaiming a stretch",
                     {.overflow = overwrite, .laps = true}));
}
TEST_CASE("crash: publish, overwriting, a subscriber asleep") {
    check(publishing("publish, overwriting, a subscriber asleep",
                     {.overflow = overwrite, .asleep = Asleep::Somebody}));
}
TEST_CASE("crash: a loan given back, lossless") {
    check(publishing("give back, lossless", {.overflow = block, .deed = give_back}));
}
TEST_CASE("crash: a loan given back, overwriting, a subscriber asleep") {
    check(publishing("give back, overwriting, a subscriber asleep",
                     {.overflow = overwrite, .asleep = Asleep::Somebody, .deed = give_back}));
}
