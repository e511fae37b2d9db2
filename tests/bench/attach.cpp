// How long a newcomer waits: from its connection to the bus until it has taken its first sample
// from a publisher that was there before.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <bus/connection.hpp>
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
using Small = Cargo<4>;

class Attach final : public Course {
public:
    explicit Attach(Scene& scene) : scene_{scene}, topic_{scene, "bench/attach", options()} {
        if (!scene.first()) publish_one();
        scene.partner().meet();
    }

    [[nodiscard]] Figure run() override {
        Figure figure;
        if (scene_.first()) {
            for (int i = 0; i < 5; ++i) (void)newcomer();  // the bus and the daemon warm
            std::vector<double> times(scene_.tempo() == Tempo::Full ? 200 : 50);
            for (auto& time : times) time = newcomer();
            figure.value = median(times);
            figure.p99 = percentile(times, 0.99);
            figure.faults = faults_;
        }
        scene_.partner().meet();
        return figure;
    }

private:
    [[nodiscard]] static bus::TopicOptions options() {
        bus::TopicOptions options;
        options.size = sizeof(Small);
        options.history = 1;
        options.type = Small::bus_type_name;
        return options;
    }

    void publish_one() {
        publishers_.emplace_back(scene_.bus(), topic_.name());
        Small cargo{};
        cargo.write(0, 1);
        if (publishers_.front().publish(cargo) != bus::Outcome::Published) ++faults_;
    }

    // Milliseconds.
    [[nodiscard]] double newcomer() {
        const double start = now();
        bus::Connection connection = bus::Connection::address(scene_.address());
        bus::Subscriber<Small> subscriber{connection, topic_.name()};
        auto sample = subscriber.take();
        if (!sample && subscriber.wait_for(1s)) sample = subscriber.take();
        const double time = (now() - start) / 1e6;
        if (!sample || sample->words[0] != 1) ++faults_;
        return time;
    }

    Scene& scene_;
    Topic topic_;
    std::vector<bus::Publisher<Small>> publishers_;
    std::uint64_t faults_ = 0;
};

}  // namespace

void add_attach_rows(std::vector<Row>& rows) {
    Row row;
    row.name = "attach, connection to first sample";
    row.unit = Unit::Milliseconds;
    row.bracketed = Bracketed::No;
    row.limits = {{Limit::Of::Value, Limit::Bound::AtMost, 5, {}}};
    row.enter = [](Scene& scene) { return std::make_unique<Attach>(scene); };
    rows.push_back(std::move(row));
}

}  // namespace bench
