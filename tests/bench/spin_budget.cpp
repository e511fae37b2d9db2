// What a spin before the sleep is worth: messages that come after gaps of about so long, taken by a
// subscriber that spins for so long before it sleeps. Latency against what both sides pay for it.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <bus/publisher.hpp>
#include <bus/region.hpp>
#include <bus/subscriber.hpp>

#include "bench/rally.hpp"
#include "bench/statistics.hpp"
#include "bench/topic.hpp"
#include "rows.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

class SpinBudget final : public Course {
public:
    SpinBudget(Scene& scene, microseconds spin, microseconds gap)
        : scene_{scene},
          gap_{std::chrono::duration<double, std::nano>{gap}.count()},
          count_{scene.scaled({2'000, 1}).count},
          topic_{scene, "bench/gaps", {.size = sizeof(double)}} {
        if (scene.first())
            publisher_.emplace(scene.bus(), topic_.name());
        else
            subscriber_.emplace(scene.bus(), topic_.name(), bus::SubscriberOptions{.spin = spin});
        scene_.partner().meet();
        scene_.rehearse([this] { scene_.first() ? publish(100) : take(100); });
    }

    [[nodiscard]] Figure run() override {
        times_.clear();
        times_.reserve(count_);
        double wall = 0;
        double processor = 0;
        scene_.hot([&] {
            processor = -processor_time();
            wall = -now();
            scene_.first() ? publish(count_) : take(count_);
            wall += now();
            processor += processor_time();
        });
        Figure figure;
        const double publish_time = scene_.first() ? median(times_) : 0;
        figure.value = scene_.partner().hear(scene_.first() ? 0 : median(times_));
        figure.p99 = scene_.partner().hear(scene_.first() ? 0 : percentile(times_, 0.99));
        const double share = scene_.partner().hear(processor / wall);
        char text[80];
        std::snprintf(text, sizeof text, "subscriber %.0f %% of a core, publish %.2f us",
                      100 * share, publish_time / 1e3);
        figure.note = text;
        return figure;
    }

private:
    // Gaps from half to one and a half of the mean, in an order that has no period.
    void publish(std::uint64_t count) noexcept {
        double due = now();
        for (std::uint64_t i = 0; i < count; ++i) {
            random_ = random_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
            due += gap_ * (0.5 + static_cast<double>(random_ >> 11) * 0x1p-53);
            double start = now();
            for (; start < due; start = now()) {
            }
            due = start;
            auto loan = publisher_->loan();
            while (!loan) loan = publisher_->loan();
            std::memcpy(loan.data(), &start, sizeof start);
            publisher_->publish(std::move(loan), sizeof start);
            times_.push_back(now() - start);
        }
    }

    void take(std::uint64_t count) noexcept {
        for (std::uint64_t taken = 0; taken < count;) {
            const auto sample = subscriber_->take();
            if (!sample) {
                (void)subscriber_->wait_for(1s);
                continue;
            }
            double start = 0;
            std::memcpy(&start, sample.data(), sizeof start);
            times_.push_back(now() - start);
            ++taken;
        }
    }

    Scene& scene_;
    double gap_;
    std::uint64_t count_;
    Topic topic_;
    std::optional<bus::BytesPublisher> publisher_;    // of the first side
    std::optional<bus::BytesSubscriber> subscriber_;  // of the second
    std::vector<double> times_;  // of publish() on the first side, from it on the second
    std::uint64_t random_ = 1;
};

}  // namespace

void add_spin_budget_rows(std::vector<Row>& rows) {
    for (const auto gap : {1us, 10us, 30us, 100us, 1000us}) {
        for (const auto spin : {0us, 5us, 20us, 50us, 200us}) {
            Row row;
            row.name = "gap " + std::to_string(gap.count()) + " us, spin " +
                       std::to_string(spin.count()) + " us";
            row.enter = [spin, gap](Scene& scene) {
                return std::make_unique<SpinBudget>(scene, spin, gap);
            };
            rows.push_back(std::move(row));
        }
    }
}

}  // namespace bench
