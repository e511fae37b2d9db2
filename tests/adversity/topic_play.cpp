#include "topic_play.hpp"

#include <chrono>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <string>

#include "watchdog.hpp"

namespace adversity {

using integration::Cue;
using integration::Ledger;
using integration::Order;
using integration::patience;
using integration::Stage;

namespace {

std::uint64_t sender_of(const bus::BytesSample& sample) {
    std::uint64_t sender = 0;
    std::memcpy(&sender, sample.data(), sizeof sender);
    return sender;
}

// Takes whenever it is woken; tells, when that was by the witness, how far it is with it and with
// the victim that it last heard of.
void sleep_and_take(const Stage& stage, const Cue& cue) {
    bus::BytesSubscriber feed{stage.connect(), topic, {.spin = std::chrono::nanoseconds{0}}};
    Ledger ledger{Order::Ascent};
    std::uint64_t victim = 0;
    std::uint64_t told = 0;
    cue.tell("ready");
    for (;;) {
        static_cast<void>(feed.wait_for(patience));
        while (const auto sample = feed.take()) {
            ledger.enter(sample);
            if (const auto sender = sender_of(sample); sender != witness) victim = sender;
        }
        if (ledger.newest(witness) == told) continue;
        told = ledger.newest(witness);
        std::ostringstream text;
        text << told << ' ' << victim << ' ' << ledger.newest(victim) << ' '
             << ledger.count(victim);
        cue.tell("took", text.str());
    }
}

}  // namespace

Sleeper::Sleeper(const Stage& stage)
    : stage_{stage}, actor_{"sleeper", [&](Cue& cue) { sleep_and_take(stage, cue); }} {
    actor_.expect("ready");
}

void Sleeper::await_asleep() const {
    integration::await("the sleeper to sleep", [&] {
        const auto row = stage_.row_of(topic, actor_.pid());
        return row && row->asleep;
    });
}

std::uint64_t Sleeper::newest_of(std::uint64_t sender, std::uint64_t number) {
    std::uint64_t told = 0;
    std::uint64_t victim = 0;
    std::uint64_t newest = 0;
    while (told < number) std::istringstream{actor_.expect("took")} >> told >> victim >> newest;
    return victim == sender ? newest : 0;
}

bus::TopicOptions small_topic(bus::Overflow overflow) {
    return {.size = 64, .slots = 8, .overflow = overflow, .publishers = 3, .subscribers = 3};
}

namespace {

bus::Connection create(const Stage& stage, const bus::TopicOptions& options) {
    auto connection = stage.connect();
    connection.create_topic(topic, options);
    return connection;
}

}  // namespace

TopicPlay::TopicPlay(const Stage& stage, const bus::TopicOptions& options, Asleep asleep)
    : stage_{stage},
      overflow_{options.overflow},
      connection_{create(stage, options)},
      publisher_{connection_, topic},
      feed_{connection_, topic},
      ledger_{lossless() ? Order::Succession : Order::Ascent},
      slots_{connection_.status(topic).slots} {
    if (asleep == Asleep::Somebody) sleeper_.emplace(stage);
}

void TopicPlay::publish(std::uint64_t count) {
    integration::publish_cargo(publisher_, witness, sent_ + 1, sent_ + count);
    sent_ += count;
}

void TopicPlay::go_on(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
        publish(1);
        take_until(witness, sent_);
    }
}

void TopicPlay::await_alone() {
    const std::size_t subscribers = sleeper_ ? 2 : 1;
    integration::await("the survivors to be alone", [&] {
        return feed_.publishers() == 1 && publisher_.subscribers() == subscribers;
    });
}

void TopicPlay::await_sleeper() const {
    if (sleeper_) sleeper_->await_asleep();
}

std::uint64_t TopicPlay::newest_of(std::uint64_t sender) {
    go_on(1);
    take_rest();
    const auto newest = ledger_.newest(sender);
    if (lossless() && ledger_.count(sender) != newest)
        throw std::runtime_error{"the subscriber took " + std::to_string(ledger_.count(sender)) +
                                 " of " + std::to_string(newest)};
    if (!sleeper_) return newest;
    const auto other = sleeper_->newest_of(sender, sent_);
    if (other != newest)
        throw std::runtime_error{"one subscriber has up to " + std::to_string(newest) +
                                 ", another up to " + std::to_string(other)};
    return newest;
}

}  // namespace adversity
