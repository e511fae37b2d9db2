#include "victims.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <limits>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "watchdog.hpp"

namespace adversity {

using integration::Actor;
using integration::Cue;
using integration::Ledger;
using integration::Order;
using integration::patience;
using integration::Stage;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t sender = 1;
constexpr auto moment = 20ms;  // no call of a victim waits longer in one go

// Reads every byte, as an application would that trusts the size.
void read(const bus::BytesSample& sample, std::size_t most) {
    Cue::require(sample.size() <= most, "a sample is larger than the topic's largest");
    std::array<std::byte, 4096> copy{};
    for (std::size_t at = 0; at < sample.size(); at += copy.size())
        std::memcpy(copy.data(), sample.data() + at, std::min(copy.size(), sample.size() - at));
}

using Words = std::array<std::uint64_t, 2>;

void check_words(const bus::Region& region, Trust trust) {
    Words words{};
    std::memcpy(words.data(), region.bytes().data(), sizeof words);
    Cue::require(trust == Trust::Nobody || words[0] == words[1],
                 "what the lock guards changes under it");
}

void complement(std::span<std::byte> bytes) {
    for (auto& byte : bytes) byte = ~byte;
}

// Serves until so many requests are answered; a look in vain is a turn, too.
void serve_for_a_time(bus::BytesServer& server, std::uint64_t requests, Progress& progress,
                      std::size_t part) {
    while (requests > 0 && !progress.over && server.state() != bus::State::Departed) {
        ++progress.turns[part];
        auto request = server.take();
        if (!request) {
            static_cast<void>(server.wait_for(moment));
            continue;
        }
        Cue::require(request.size() <= request.capacity(), "a request is larger than the largest");
        const auto size = request.size();
        complement(request.memory().first(size));
        server.respond(std::move(request), size);
        --requests;
    }
}

void check_answer(const bus::BytesCall& call, std::size_t size, std::uint64_t number) {
    std::vector<std::byte> answer(call.response().begin(), call.response().end());
    Cue::require(answer.size() == size, "an answer has another size than its request");
    complement(answer);
    Ledger ledger;
    ledger.begin(sender, number);
    ledger.enter(answer);
}

// Whatever the server says, it lies within the slot.
void read(const bus::BytesCall& call) {
    const auto size = std::max(call.response().size(), call.text().size());
    Cue::require(size <= call.capacity(), "an answer is larger than the largest");
    std::vector<std::byte> copy(size);
    if (size != 0) std::memcpy(copy.data(), call.data(), size);
}

}  // namespace

Actor::Role publishing(const Stage& stage, std::string region, Progress& progress,
                       std::size_t part) {
    return [&stage, region = std::move(region), &progress, part](Cue& cue) {
        bus::BytesPublisher publisher{stage.connect(), region};
        cue.stand("ready", std::to_string(publisher.id()));
        std::uint64_t published = 0;
        while (!progress.over) {
            ++progress.turns[part];
            auto loan = publisher.loan(moment);
            if (!loan) continue;
            if (published % 16 == 15) loan = {};  // given back
            if (!loan) loan = publisher.loan(moment);
            if (!loan) continue;
            integration::load(loan.bytes(), sender, ++published);
            const auto size = loan.capacity();
            publisher.publish(std::move(loan), size);
        }
        cue.stand("published", std::to_string(published));
    };
}

Actor::Role subscribing(const Stage& stage, std::string region, Progress& progress,
                        std::size_t part, std::uint64_t honest, Taking taking) {
    return [=, &stage, &progress](Cue& cue) {
        bus::BytesSubscriber feed{stage.connect(), region};
        Ledger ledger{taking == Taking::All ? Order::Succession : Order::Ascent};
        cue.stand("ready");
        bus::BytesSample held;
        const auto look = [&] {
            const bool newest = taking == Taking::Newest && progress.turns[part] % 3 == 0;
            auto sample = newest ? feed.latest() : feed.take();
            if (!sample) return false;
            if (sample.publisher() == honest)
                ledger.enter(sample);
            else
                read(sample, feed.max_size());
            if (progress.turns[part] % 5 == 0) held = std::move(sample);
            return true;
        };
        while (!progress.over) {
            ++progress.turns[part];
            if (look()) continue;
            held = {};
            static_cast<void>(feed.wait_for(moment));
            Cue::require(feed.state() == bus::State::Active, "a hostile peer had it put out");
        }
        held = {};
        const auto until = std::stoull(cue.ask("took", std::to_string(ledger.newest(sender))));
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (ledger.newest(sender) < until) {
            if (!look()) static_cast<void>(feed.wait_for(moment));
            held = {};
            Cue::require(std::chrono::steady_clock::now() < deadline,
                         "what was published last does not come: it has up to " +
                             std::to_string(ledger.newest(sender)) + " of " +
                             std::to_string(until));
        }
    };
}

Actor::Role writing(const Stage& stage, std::string region, Progress& progress, std::size_t part,
                    Trust trust) {
    return [=, &stage, &progress](Cue& cue) {
        bus::Region own{stage.connect(), region, bus::Role::Writer};
        cue.stand("ready");
        std::uint64_t locks = 0;
        while (!progress.over) {
            const auto turn = ++progress.turns[part];
            if (const auto lock = own.try_lock_for(moment)) {
                ++locks;
                if (!lock.abandoned()) check_words(own, trust);
                const Words words{turn, turn};
                std::memcpy(own.writable_bytes().data(), words.data(), sizeof words);
            }
            own.notify();
        }
        cue.tell("locked", std::to_string(locks));
    };
}

Actor::Role reading(const Stage& stage, std::string region, Progress& progress, std::size_t part,
                    Trust trust) {
    return [=, &stage, &progress](Cue& cue) {
        bus::Region own{stage.connect(), region, bus::Role::Reader};
        cue.stand("ready");
        std::uint64_t locks = 0;
        while (!progress.over) {
            ++progress.turns[part];
            static_cast<void>(own.wait_for(1ms));
            if (const auto lock = own.try_lock_for(moment)) {
                ++locks;
                if (!lock.abandoned()) check_words(own, trust);
            }
        }
        cue.tell("locked", std::to_string(locks));
    };
}

Actor::Role serving(const Stage& stage, std::string region, Progress& progress, std::size_t part,
                    Tenure tenure) {
    return [=, &stage, &progress](Cue& cue) {
        const auto connection = stage.connect();
        const auto requests =
            tenure == Tenure::Stays ? std::numeric_limits<std::uint64_t>::max() : 50;
        const bus::ServerOptions options{.standby = tenure == Tenure::Changes};
        for (bool ready = false; !progress.over; ready = true) {
            bus::BytesServer server{connection, region, options};
            if (!ready) cue.stand("ready");
            serve_for_a_time(server, requests, progress, part);
            Cue::require(tenure == Tenure::Changes || progress.over, "it was put out");
        }
    };
}

Actor::Role asking(const Stage& stage, std::string region, Progress& progress, std::size_t part,
                   Trust trust) {
    return [=, &stage, &progress](Cue& cue) {
        bus::BytesClient client{stage.connect(), region};
        cue.stand("ready");
        // Many calls come to nothing with a hostile server, and none is to take long.
        const auto longest = trust == Trust::Nobody ? moment / 10 : moment;
        std::uint64_t answered = 0;
        while (!progress.over) {
            const auto turn = ++progress.turns[part];
            auto call = client.loan(longest);
            if (!call) continue;
            const auto size = call.capacity() - turn % 8;
            integration::load(call.bytes().first(size), sender, turn);
            if (!call.send(size)) continue;
            const auto outcome = call.wait_for(turn % 16 == 0 ? 0ns : longest);
            read(call);
            const bool gone = outcome == bus::CallOutcome::ServerGone && progress.over;
            Cue::require(trust == Trust::Nobody || outcome == bus::CallOutcome::Answered ||
                             outcome == bus::CallOutcome::TimedOut || gone,
                         "a call comes to \"" + std::string{to_string(outcome)} + "\"");
            if (outcome != bus::CallOutcome::Answered) continue;
            ++answered;
            if (trust == Trust::Writers) check_answer(call, size, turn);
        }
        cue.tell("answered", std::to_string(answered));
    };
}

}  // namespace adversity
