// Messages a second, each written and read in full, with both sides polling. Where there are four
// publishers or four subscribers they are four attachments of the second process, served in turn by
// its one thread: the machine has two cores, and six processes on them would measure its scheduler.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <bus/publisher.hpp>
#include <bus/region.hpp>
#include <bus/subscriber.hpp>

#include "bench/statistics.hpp"
#include "bench/topic.hpp"
#include "cargo.hpp"
#include "rows.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

enum class Shape { OneToOne, OneToFour, FourToOne };

// What one side saw of one batch.
struct Leg {
    double start = 0;
    double end = 0;
    std::uint64_t faults = 0;
    std::uint64_t taken = 0;
};

template <std::size_t Words>
class Throughput final : public Course {
public:
    Throughput(Scene& scene, Shape shape, bus::Overflow overflow, Plan plan)
        : scene_{scene},
          shape_{shape},
          overflow_{overflow},
          plan_{scene.scaled(plan)},
          topic_{scene, "bench/flow", options(overflow)} {
        for (std::size_t i = 0; i < (publishing() ? lanes() : 0); ++i)
            publishers_.emplace_back(scene.bus(), topic_.name());
        for (std::size_t i = 0; i < (publishing() ? 0 : takers()); ++i)
            subscribers_.emplace_back(scene.bus(), topic_.name(),
                                      bus::SubscriberOptions{.spin = 1s});
        scene_.partner().meet();
        scene_.rehearse([this] {
            Leg ignored;
            play(plan_.count, ignored);
        });
    }

    [[nodiscard]] Figure run() override {
        std::vector<double> rates;
        std::vector<double> shares;
        Figure figure;
        for (std::uint64_t i = 0; i < plan_.batches; ++i) {
            const auto [publisher, taker] = batch(plan_.count);
            const double end = overflow_ == bus::Overflow::Block ? taker.end : publisher.end;
            const double published = static_cast<double>(plan_.count * lanes());
            rates.push_back(published / (end - publisher.start) * 1e3);
            shares.push_back(100 * static_cast<double>(taker.taken) / published);
            figure.faults += taker.faults;
        }
        figure.value = median(rates);
        if (overflow_ == bus::Overflow::Overwrite) {
            char text[48];
            std::snprintf(text, sizeof text, "%.0f %% taken, the rest missed", median(shares));
            figure.note = text;
        }
        return figure;
    }

private:
    [[nodiscard]] static bus::TopicOptions options(bus::Overflow overflow) {
        bus::TopicOptions options;
        options.size = Words * sizeof(std::uint64_t);
        options.overflow = overflow;
        options.type = Cargo<Words>::bus_type_name;
        return options;
    }

    [[nodiscard]] bool publishing() const noexcept {
        return scene_.first() != (shape_ == Shape::FourToOne);
    }
    [[nodiscard]] std::size_t lanes() const noexcept { return shape_ == Shape::FourToOne ? 4 : 1; }
    [[nodiscard]] std::size_t takers() const noexcept { return shape_ == Shape::OneToFour ? 4 : 1; }

    // Both sides' legs: the publishing one's and the taking one's.
    [[nodiscard]] std::pair<Leg, Leg> batch(std::uint64_t count) {
        Leg mine;
        scene_.hot([&] {
            mine.start = now();
            play(count, mine);
            mine.end = now();
        });
        auto& partner = scene_.partner();
        Leg theirs;
        theirs.start = partner.hear(mine.start);
        theirs.end = partner.hear(mine.end);
        theirs.faults = static_cast<std::uint64_t>(partner.hear(static_cast<double>(mine.faults)));
        theirs.taken = static_cast<std::uint64_t>(partner.hear(static_cast<double>(mine.taken)));
        return publishing() ? std::pair{mine, theirs} : std::pair{theirs, mine};
    }

    // This side's part in a batch.
    void play(std::uint64_t count, Leg& leg) noexcept {
        if (publishing())
            publish(count);
        else
            take(count, leg);
    }

    void publish(std::uint64_t count) noexcept {
        if (publishers_.size() == 1) {
            publish_alone(publishers_.front(), count);
        } else {
            publish_in_turn(count);
        }
    }

    static void publish_alone(bus::Publisher<Cargo<Words>>& publisher,
                              std::uint64_t count) noexcept {
        for (std::uint64_t number = 0; number < count; ++number) {
            auto loan = publisher.loan();
            while (!loan) loan = publisher.loan();
            loan->write(0, number);
            publisher.publish(std::move(loan));
        }
    }

    void publish_in_turn(std::uint64_t count) noexcept {
        std::array<std::uint64_t, max_lanes> numbers{};
        for (auto open = publishers_.size(); open > 0;) {
            for (std::size_t lane = 0; lane < publishers_.size(); ++lane) {
                if (numbers[lane] == count) continue;
                auto loan = publishers_[lane].try_loan();
                if (!loan) continue;
                loan->write(lane, numbers[lane]);
                publishers_[lane].publish(std::move(loan));
                open -= ++numbers[lane] == count;
            }
        }
    }

    void take(std::uint64_t count, Leg& leg) noexcept {
        std::array<Tally<Words>, max_lanes> tallies{
            Tally<Words>{lanes(), count}, {lanes(), count}, {lanes(), count}, {lanes(), count}};
        std::array<std::uint64_t, max_lanes> missed{};
        for (std::size_t i = 0; i < subscribers_.size(); ++i) missed[i] = subscribers_[i].missed();
        if (subscribers_.size() == 1) {
            take_alone(tallies[0]);
        } else {
            take_in_turn(tallies);
        }
        for (std::size_t i = 0; i < subscribers_.size(); ++i) {
            leg.faults += tallies[i].faults(subscribers_[i].missed() - missed[i]);
            leg.taken += tallies[i].taken() / subscribers_.size();
        }
    }

    void take_alone(Tally<Words>& tally) noexcept {
        auto& subscriber = subscribers_.front();
        while (!tally.complete()) {
            if (auto cargo = subscriber.take())
                tally.add(*cargo);
            else
                (void)subscriber.wait_for(1s);
        }
    }

    void take_in_turn(std::array<Tally<Words>, max_lanes>& tallies) noexcept {
        for (std::size_t open = subscribers_.size(); open > 0;) {
            for (std::size_t i = 0; i < subscribers_.size(); ++i) {
                if (tallies[i].complete()) continue;
                const auto cargo = subscribers_[i].take();
                if (!cargo) continue;
                tallies[i].add(*cargo);
                open -= tallies[i].complete();
            }
        }
    }

    Scene& scene_;
    Shape shape_;
    bus::Overflow overflow_;
    Plan plan_;
    Topic topic_;
    std::vector<bus::Publisher<Cargo<Words>>> publishers_;
    std::vector<bus::Subscriber<Cargo<Words>>> subscribers_;
};

[[nodiscard]] std::string text(Shape shape) {
    switch (shape) {
        case Shape::OneToOne:
            return "1:1";
        case Shape::OneToFour:
            return "1:4";
        case Shape::FourToOne:
            return "4:1";
    }
    return {};
}

template <std::size_t Words>
void add(std::vector<Row>& rows, Shape shape, bus::Overflow overflow, Plan plan) {
    Row row;
    row.name = (overflow == bus::Overflow::Block ? "lossless " : "overwriting ") + text(shape) +
               " " + size_text(Words * sizeof(std::uint64_t));
    row.unit = Unit::MillionsPerSecond;
    if (row.name == "lossless 1:1 32 B")
        row.limits = {{Limit::Of::Value, Limit::Bound::AtLeast, 150, Distance::Near},
                      {Limit::Of::Value, Limit::Bound::AtLeast, 60, Distance::Far}};
    if (Words == 4 && shape == Shape::OneToOne) row.plain = "plain stream 32 B";
    row.enter = [shape, overflow, plan](Scene& scene) {
        return std::make_unique<Throughput<Words>>(scene, shape, overflow, plan);
    };
    rows.push_back(std::move(row));
}

}  // namespace

void add_throughput_rows(std::vector<Row>& rows) {
    for (const auto overflow : {bus::Overflow::Block, bus::Overflow::Overwrite}) {
        for (const auto shape : {Shape::OneToOne, Shape::OneToFour, Shape::FourToOne}) {
            const std::uint64_t share = shape == Shape::OneToOne ? 1 : 4;
            add<4>(rows, shape, overflow, {4'000'000 / share, 9});
            add<128>(rows, shape, overflow, {400'000 / share, 9});
        }
    }
}

}  // namespace bench
