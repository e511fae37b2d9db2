#include "parts.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <thread>

#include <unistd.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "watchdog.hpp"

namespace chaos {
namespace {

using namespace std::chrono_literals;
using Phase = Book::Phase;
using integration::least_cargo;

[[noreturn]] void broken(const std::string& what) { throw std::runtime_error{what}; }

// What may keep a part from joining while everything fails around it.
bool is_passing(bus::Errc code) noexcept {
    switch (code) {
        case bus::Errc::NoDaemon:
        case bus::Errc::TimedOut:
        case bus::Errc::LimitsExceeded:
        case bus::Errc::OutOfMemory:
        case bus::Errc::NoSuchAttachment:  // it ended while it was being made
        case bus::Errc::Disconnected:
        case bus::Errc::SystemError:  // no descriptor or no semaphore to be had
            return true;
        default:
            return false;
    }
}

// One life of a part: its order, its own choices, and what is common to all.
class Life {
public:
    explicit Life(const Order& order) : order_{order}, random_{order.seed} {}

    [[nodiscard]] Book& book() const noexcept { return *order_.book; }
    [[nodiscard]] bool storm() const noexcept { return book().during(Phase::Storm); }
    [[nodiscard]] bool ended() const noexcept { return book().during(Phase::End); }
    [[nodiscard]] std::size_t choose(std::size_t count) { return random_() % count; }
    [[nodiscard]] std::uint64_t mark() const noexcept { return order_.index + 1; }

    // Something was done.
    void advance() const {
        auto& part = order_.book->parts[order_.index];
        ++part.progress;
        if (const auto slow = part.slow.load(); slow != 0) ::usleep(slow);
    }
    // Attaches as often as it takes; nothing when `go_on` says no meanwhile.
    template <class Joined, class GoOn, class... Arguments>
    std::optional<Joined> join(GoOn go_on, const Arguments&... arguments) {
        while (go_on()) {
            try {
                auto connection = bus::Connection::address(order_.address);
                return std::optional<Joined>{std::in_place, connection, arguments...};
            } catch (const bus::Error& error) {
                if (!is_passing(error.errc())) throw;
            }
            ::usleep(2'000);
        }
        return std::nullopt;
    }
    template <class Joined, class... Arguments>
    std::optional<Joined> join_in_storm(const Arguments&... arguments) {
        return join<Joined>([this] { return storm(); }, arguments...);
    }

private:
    const Order& order_;
    std::mt19937_64 random_;
};

void publish_life(Life& life, bus::BytesPublisher& publisher, std::uint64_t id) {
    auto& sender = life.book().senders[id];
    const auto last = 50 + life.choose(20'000);
    for (std::uint64_t number = 1; number <= last && life.storm();) {
        auto loan = publisher.loan(20ms);
        if (!loan) continue;
        if (life.choose(50) == 0) continue;  // given back: a skip
        const auto size = least_cargo + life.choose(loan.capacity() - least_cargo + 1);
        sender.begun = number;
        integration::load(loan.bytes().first(size), id, number);
        publisher.publish(std::move(loan), size);
        sender.published = number++;
        life.advance();
        if (life.choose(64) == 0) ::usleep(static_cast<useconds_t>(life.choose(2'000)));
    }
}

void publish(const Order& order, const char* topic, Sender::Topic noted) {
    Life life{order};
    while (life.storm()) {
        // Known before it attaches: who is there already when it does gets all that it publishes.
        const auto id = life.book().next_sender++;
        if (id >= most_senders) broken("the book is full");
        life.book().senders[id].topic = noted;
        if (auto publisher = life.join_in_storm<bus::BytesPublisher>(topic))
            publish_life(life, *publisher, id);
    }
}
void publish_lossless(const Order& order) { publish(order, lossless, Sender::Topic::Lossless); }
void publish_newest(const Order& order) { publish(order, newest, Sender::Topic::Newest); }

// What one life of a subscriber has of one sender.
struct Row {
    std::uint64_t newest = 0;
    bool known = false;
};

struct Head {
    std::uint64_t sender = 0;
    std::uint64_t number = 0;
};
Head head_of(const bus::BytesSample& sample) {
    Head head;
    if (sample.size() < least_cargo) broken("a cargo is cut short");
    std::memcpy(&head, sample.data(), sizeof head);
    return head;
}
std::string text_of(const Head& head) {
    return "cargo " + std::to_string(head.number) + " of " + std::to_string(head.sender);
}

class Taker {
public:
    Taker(Life& life, const char* topic, integration::Order order)
        : life_{life}, order_{order}, ledger_{integration::Order::Ascent}, topic_{topic} {}

    void live() {
        const auto go_on = [this] { return !life_.ended(); };
        feed_ = life_.join<bus::BytesSubscriber>(go_on, topic_);
        if (!feed_) return;
        first_sure_ = life_.book().next_sender;
        missed_ = feed_->missed();
        const auto last = 50 + life_.choose(40'000);
        for (std::uint64_t count = 0; !life_.ended();) {
            if (life_.storm() && count > last) return held_.clear();
            count += take();
        }
        held_.clear();
        check_complete();
    }

private:
    // 1: it got one.
    std::uint64_t take() {
        if (!held_.empty() && life_.choose(3) == 0) let_go();
        auto sample = feed_->take();
        if (!sample) {
            let_go();
            static_cast<void>(feed_->wait_for(5ms));
            if (feed_->state() != bus::State::Active) broken("a subscriber was put out");
            return 0;
        }
        judge(sample);
        if (life_.choose(4) == 0) held_.push_back(std::move(sample));
        life_.advance();
        ++life_.book().taken;
        return 1;
    }
    // Held ones are judged again before they are given back: they must not have changed.
    void let_go() {
        for (const auto& sample : held_) {
            integration::Ledger fresh;
            fresh.begin(head_of(sample).sender, 0);
            fresh.enter(sample);
        }
        held_.clear();
    }
    void judge(const bus::BytesSample& sample) {
        ledger_.enter(sample);  // every byte, and the order
        const auto head = head_of(sample);
        const auto begun = life_.book().senders[head.sender].begun.load();
        if (head.number > begun) broken(text_of(head) + " was never published");
        auto& row = rows_[head.sender];
        const auto missing = head.number - row.newest - 1;
        const auto said = feed_->missed() - missed_;
        missed_ += said;
        life_.book().missed += said;
        // Of one that was there first, what came before it joined is nobody's loss.
        const bool sure = row.known || head.sender >= first_sure_;
        if (order_ == integration::Order::Succession && sure && missing != 0)
            broken(text_of(head) + " comes after " + std::to_string(row.newest));
        if (sure ? said != missing : said > missing)
            broken(text_of(head) + " comes after " + std::to_string(row.newest) + ", and " +
                   std::to_string(said) + " are said to be missed");
        row = {head.number, true};
    }
    // All publishers have ended: what they published has come.
    void check_complete() const {
        if (order_ != integration::Order::Succession) return;
        const auto end = life_.book().next_sender.load();
        for (auto id = first_sure_; id < end; ++id) {
            const auto& sender = life_.book().senders[id];
            const auto row = rows_.find(id);
            const auto newest = row != rows_.end() ? row->second.newest : 0;
            if (is_of_topic(id) && newest < sender.published)
                broken("of sender " + std::to_string(id) + " " + std::to_string(newest) +
                       " came, " + std::to_string(sender.published) + " were published");
        }
    }
    // Senders of both topics have numbers from one row.
    [[nodiscard]] bool is_of_topic(std::uint64_t id) const {
        return life_.book().senders[id].topic == Sender::Topic::Lossless;
    }

    Life& life_;
    integration::Order order_;
    integration::Ledger ledger_;
    const char* topic_;
    std::optional<bus::BytesSubscriber> feed_;
    std::vector<bus::BytesSample> held_;
    std::map<std::uint64_t, Row> rows_;
    std::uint64_t first_sure_ = 0;
    std::uint64_t missed_ = 0;
};

void take(const Order& order, const char* topic, integration::Order succession) {
    Life life{order};
    while (!life.ended()) Taker{life, topic, succession}.live();
}
void take_lossless(const Order& order) { take(order, lossless, integration::Order::Succession); }
void take_newest(const Order& order) { take(order, newest, integration::Order::Ascent); }

// In the raw region: two numbers that are equal whenever the lock is free and not abandoned.
struct Sum {
    std::uint64_t one;
    std::uint64_t other;
};

void add(Life& life, bus::Region& region) {
    const auto lock = region.try_lock_for(50ms);
    if (!lock) return;
    Sum sum{};
    std::memcpy(&sum, region.bytes().data(), sizeof sum);
    // Whoever is written down as adding has died, and the bus must have said so.
    const auto before = life.book().adding.exchange(life.mark());
    if (before != 0 && !lock.abandoned()) broken("two have the lock, or a death was kept silent");
    if (sum.one != sum.other && !lock.abandoned()) broken("half an addition is kept silent");
    if (lock.abandoned()) ++life.book().abandoned;
    ++life.book().additions_begun;
    sum.one = std::max(sum.one, sum.other) + 1;
    auto* place = region.writable_bytes().data();
    std::memcpy(place, &sum.one, sizeof sum.one);
    if (life.choose(4) == 0) ::usleep(1'000);  // so that many die with the lock
    std::memcpy(place + sizeof sum.one, &sum.one, sizeof sum.one);
    ++life.book().additions_done;
    life.book().adding = 0;
    life.advance();
}

void write_raw(const Order& order) {
    Life life{order};
    while (life.storm()) {
        auto region = life.join_in_storm<bus::Region>(raw, bus::Role::Writer);
        const auto last = 20 + life.choose(3'000);
        for (std::size_t i = 0; region && i < last && life.storm(); ++i) {
            add(life, *region);
            if (life.choose(8) == 0) region->notify();
            if (life.choose(8) == 0) ::usleep(500);
        }
    }
}

void read_raw(const Order& order) {
    Life life{order};
    while (life.storm()) {
        auto region = life.join_in_storm<bus::Region>(raw, bus::Role::Reader);
        for (std::size_t i = 0; region && i < 2'000 && life.storm(); ++i) {
            if (const auto lock = region->try_lock_for(50ms)) {
                Sum sum{};
                std::memcpy(&sum, region->bytes().data(), sizeof sum);
                if (sum.one != sum.other && !lock.abandoned())
                    broken("a reader sees half an addition");
                life.advance();
            }
            static_cast<void>(region->wait_for(2ms));
        }
    }
}

// The service adds one, in place.
void serve(const Order& order) {
    Life life{order};
    while (life.storm()) {
        auto server =
            life.join_in_storm<bus::BytesServer>(service, bus::ServerOptions{.standby = true});
        const auto last = 20 + life.choose(20'000);
        for (std::size_t i = 0; server && i < last && life.storm(); ++i) {
            auto request = server->take();
            if (!request) {
                static_cast<void>(server->wait_for(5ms));
                if (server->state() == bus::State::Standby) life.advance();  // is to wait
                if (server->state() == bus::State::Departed) break;
                continue;
            }
            if (request.size() != sizeof(std::uint64_t)) broken("a request is cut short");
            std::uint64_t number = 0;
            std::memcpy(&number, request.data(), sizeof number);
            std::memcpy(request.data(), &++number, sizeof number);
            life.advance();
            if (life.choose(100) == 0) continue;  // let go of without an answer
            server->respond(std::move(request), sizeof number);
        }
    }
}

// Answers come to what was asked, once and in its own memory.
void judge_call(Life& life, const bus::BytesCall& call, std::uint64_t asked) {
    if (call.outcome() == bus::CallOutcome::Refused && call.code() != bus::refused_unanswered)
        broken("a request is refused by nobody");
    if (call.outcome() != bus::CallOutcome::Answered) return;
    std::uint64_t answer = 0;
    if (call.response().size() != sizeof answer) broken("a response is cut short");
    std::memcpy(&answer, call.response().data(), sizeof answer);
    if (answer != asked + 1)
        broken(std::to_string(asked) + " was asked and " + std::to_string(answer) + " answered");
    ++life.book().answered;
    life.advance();
}

void ask(const Order& order) {
    Life life{order};
    while (life.storm()) {
        auto client = life.join_in_storm<bus::BytesClient>(service);
        const auto last = 20 + life.choose(20'000);
        for (std::size_t i = 0; client && i < last && life.storm(); ++i) {
            auto call = client->loan(20ms);
            if (!call) continue;
            const auto asked = life.book().next_request.fetch_add(2);
            std::memcpy(call.data(), &asked, sizeof asked);
            if (!call.send(sizeof asked)) continue;
            // Given up at times, while the server has it.
            if (call.wait_for(std::chrono::milliseconds{life.choose(50)}) !=
                bus::CallOutcome::TimedOut)
                judge_call(life, call, asked);
        }
    }
}

// Takes all there is, and gives it back.
void hoard_all(const Order& order) {
    Life life{order};
    for (; life.storm(); life.advance()) {
        try {
            auto connection = bus::Connection::address(order.address);
            std::vector<bus::BytesSubscriber> members;
            try {
                for (std::size_t i = 0; i < hoards; ++i)
                    connection.create_topic(hoard(i), {.size = 4096, .subscribers = 1024});
            } catch (const bus::Error& error) {
                if (!is_passing(error.errc()) && error.errc() != bus::Errc::RegionExists) throw;
            }
            try {
                for (int i = 0; i < 200; ++i) members.emplace_back(connection, hoard(0));
            } catch (const bus::Error& error) {
                if (!is_passing(error.errc()) && error.errc() != bus::Errc::NoSuchRegion) throw;
            }
            members.clear();
            for (std::size_t i = 0; i < hoards; ++i) connection.remove(hoard(i));
        } catch (const bus::Error& error) {
            if (!is_passing(error.errc()) && error.errc() != bus::Errc::NoSuchRegion) throw;
        }
        ::usleep(static_cast<useconds_t>(life.choose(300'000)));
    }
}

}  // namespace

const std::vector<Role>& roles() {
    static const std::vector<Role> all{{"takes lossless", take_lossless, 2},
                                       {"takes the newest", take_newest, 2},
                                       {"publishes lossless", publish_lossless, 2},
                                       {"publishes the newest", publish_newest, 2},
                                       {"adds", write_raw, 2},
                                       {"reads", read_raw, 1},
                                       {"serves", serve, 2},
                                       {"asks", ask, 2},
                                       {"hoards", hoard_all, 1}};
    return all;
}

}  // namespace chaos
