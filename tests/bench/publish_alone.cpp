// What a publisher pays for loan, write and publish while nobody takes: the topic overwrites, so
// that the attached subscribers never make it wait.
#include <cstddef>
#include <cstdint>
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

using Small = Cargo<4>;

class PublishAlone final : public Course {
public:
    PublishAlone(Scene& scene, std::uint32_t subscribers)
        : scene_{scene},
          plan_{scene.scaled({1'000'000, 15})},
          topic_{scene, "bench/alone", options(subscribers)} {
        if (scene.first()) publishers_.emplace_back(scene.bus(), topic_.name());
        for (std::uint32_t i = 0; i < (scene.first() ? 0 : subscribers); ++i)
            subscribers_.emplace_back(scene.bus(), topic_.name());
        scene_.partner().meet();
        scene_.rehearse([this] {
            if (scene_.first()) (void)publish();
        });
    }

    [[nodiscard]] Figure run() override {
        std::vector<double> times(plan_.batches);
        for (auto& time : times) {
            scene_.hot([&] {
                if (scene_.first()) time = publish();
            });
        }
        Figure figure;
        figure.value = median(times);
        return figure;
    }

private:
    [[nodiscard]] static bus::TopicOptions options(std::uint32_t subscribers) {
        bus::TopicOptions options;
        options.size = sizeof(Small);
        options.type = Small::bus_type_name;
        options.overflow = bus::Overflow::Overwrite;
        options.subscribers = subscribers > 8 ? subscribers : 8;
        return options;
    }

    // Nanoseconds a message.
    [[nodiscard]] double publish() noexcept {
        auto& publisher = publishers_.front();
        const double start = now();
        for (std::uint64_t number = 0; number < plan_.count; ++number) {
            auto loan = publisher.loan();
            if (!loan) continue;  // cannot be; a check that the optimiser cannot drop
            loan->write(0, number);
            publisher.publish(std::move(loan));
        }
        return (now() - start) / static_cast<double>(plan_.count);
    }

    Scene& scene_;
    Plan plan_;
    Topic topic_;
    std::vector<bus::Publisher<Small>> publishers_;  // one, of the first side
    std::vector<bus::Subscriber<Small>> subscribers_;
};

}  // namespace

void add_publish_alone_rows(std::vector<Row>& rows) {
    for (const std::uint32_t subscribers : {0U, 1U, 16U}) {
        Row row;
        row.name = "publish alone 32 B, " + std::to_string(subscribers) +
                   (subscribers == 1 ? " subscriber" : " subscribers");
        row.limits = {{Limit::Of::Value, Limit::Bound::AtMost, 4, Distance::Near}};
        row.enter = [subscribers](Scene& scene) {
            return std::make_unique<PublishAlone>(scene, subscribers);
        };
        rows.push_back(std::move(row));
    }
}

}  // namespace bench
