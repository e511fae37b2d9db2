// The lossless stream: numbered cargo with a filling that follows from its number.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <thread>
#include <vector>

#include <bus/bus.hpp>

#include "../integration/cargo.hpp"
#include "actor.hpp"

namespace actor {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto patience = 100ms;  // of one wait, between looks at the signal

std::size_t size_of(std::uint64_t number, std::size_t largest) {
    return integration::least_cargo + number * 13 % (largest - integration::least_cargo + 1);
}

void say(const char* word) {
    std::puts(word);
    std::fflush(stdout);
}

void stay() {
    say("ready");
    while (!told_to_stop()) std::this_thread::sleep_for(patience);
}

// False: told to stop before there was room.
bool publish_one(bus::BytesPublisher& publisher, std::uint64_t sender, std::uint64_t number) {
    while (!told_to_stop()) {
        if (publisher.state() != bus::State::Active)
            throw std::runtime_error{"the region has ended under its publisher"};
        auto loan = publisher.loan(patience);
        if (!loan) continue;
        const auto size = size_of(number, loan.capacity());
        integration::load(loan.bytes().first(size), sender, number);
        publisher.publish(std::move(loan), size);
        return true;
    }
    return false;
}

std::uint64_t publish_all(bus::BytesPublisher& publisher, std::uint64_t sender, double rate) {
    const auto start = Clock::now();
    std::uint64_t count = 0;
    while (publish_one(publisher, sender, count + 1)) {
        ++count;
        if (rate == 0) continue;
        const std::chrono::duration<double> due{static_cast<double>(count) / rate};
        std::this_thread::sleep_until(start + std::chrono::duration_cast<Clock::duration>(due));
    }
    return count;
}

// The longest time between two samples.
class Gap {
public:
    void note() {
        const auto now = Clock::now();
        if (last_ != Clock::time_point{}) longest_ = std::max(longest_, now - last_);
        last_ = now;
    }
    [[nodiscard]] double milliseconds() const {
        return std::chrono::duration<double, std::milli>{longest_}.count();
    }

private:
    Clock::time_point last_{};
    Clock::duration longest_{};
};

void take_all(bus::BytesSubscriber& subscriber, integration::Ledger& ledger, Gap& gap) {
    while (const auto sample = subscriber.take()) {
        ledger.enter(sample);
        gap.note();
    }
}

}  // namespace

void publish(Words words) {
    const auto sender = std::stoull(words[1]);
    bus::BytesPublisher publisher{bus::Connection::system(), words[0]};
    while (publisher.subscribers() < std::stoull(words[3]) && !told_to_stop())
        std::this_thread::sleep_for(10ms);
    say("ready");
    const auto count = publish_all(publisher, sender, std::stod(words[2]));
    std::printf("{\"sender\": %llu, \"count\": %llu}\n", sender,
                static_cast<unsigned long long>(count));
}

void subscribe(Words words) {
    bus::BytesSubscriber subscriber{bus::Connection::system(), words[0]};
    integration::Ledger ledger;
    Gap gap;
    say("ready");
    for (bool left = false; !left;) {
        left = ledger.count() > 0 && subscriber.publishers() == 0;
        take_all(subscriber, ledger, gap);  // also what they published before they left
        if (subscriber.state() != bus::State::Active)
            throw std::runtime_error{"the subscriber was put out, or its region has ended"};
        static_cast<void>(subscriber.wait_for(patience));
    }
    std::printf("{\"counts\": [%llu, %llu], \"missed\": %llu, \"gap_ms\": %.3f}\n",
                static_cast<unsigned long long>(ledger.count(1)),
                static_cast<unsigned long long>(ledger.count(2)),
                static_cast<unsigned long long>(subscriber.missed()), gap.milliseconds());
}

void hold(Words words) {
    const auto connection = bus::Connection::system();
    std::vector<bus::BytesPublisher> publishers;
    std::vector<bus::BytesSubscriber> subscribers;
    for (auto count = std::stoull(words[2]); count > 0; --count) {
        if (words[1] == "publisher")
            publishers.emplace_back(connection, words[0]);
        else
            subscribers.emplace_back(connection, words[0]);
    }
    stay();
}

void throng(Words words) {
    std::vector<bus::BytesSubscriber> subscribers;
    for (auto count = std::stoull(words[1]); count > 0; --count)
        subscribers.emplace_back(bus::Connection::system(), words[0]);
    stay();
}

}  // namespace actor
