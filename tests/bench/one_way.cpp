// One-way latency: two topics, ping and pong. The payload is written in full by the one and read in
// full by the other, or only its first 32 bytes are: those that share a line with the slot's
// header.
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <bus/publisher.hpp>
#include <bus/region.hpp>
#include <bus/subscriber.hpp>

#include "bench/payload.hpp"
#include "bench/round_timer.hpp"
#include "bench/topic.hpp"
#include "rows.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

enum class Touched { Full, FirstLine };
enum class Waiting { Spinning, Sleeping };

inline constexpr std::size_t first_line = 32;

[[nodiscard]] bus::TopicOptions topic_of(std::size_t size) {
    bus::TopicOptions options;
    options.size = size;
    return options;
}

[[nodiscard]] bus::SubscriberOptions waiting(Waiting how) {
    bus::SubscriberOptions options;
    options.spin = how == Waiting::Sleeping ? 0ns : 1s;
    return options;
}

template <std::size_t Size, Touched Part, Waiting How>
class OneWay final : public Course {
public:
    explicit OneWay(Scene& scene)
        : scene_{scene},
          ping_{scene, "bench/ping", topic_of(Size)},
          pong_{scene, "bench/pong", topic_of(Size)},
          out_{scene.bus(), scene.first() ? ping_.name() : pong_.name()},
          in_{scene.bus(), scene.first() ? pong_.name() : ping_.name(), waiting(How)},
          timer_{scene, plan()} {
        scene_.partner().meet();  // both are attached
        warm_up();
    }

    [[nodiscard]] Figure run() override {
        faults_ = 0;
        auto figure = timer_.run([this](std::uint64_t number) { round(number); });
        figure.faults = faults_ + static_cast<std::uint64_t>(
                                      scene_.partner().hear(static_cast<double>(faults_)));
        return figure;
    }

private:
    static constexpr std::size_t touched = Part == Touched::Full ? Size : first_line;

    [[nodiscard]] static constexpr Plan plan() {
        if (How == Waiting::Sleeping) return touched < (1 << 20) ? Plan{40, 20} : Plan{4, 8};
        if (touched <= 1024) return {1000, 40};
        if (touched <= 64 << 10) return {100, 20};
        return touched <= 1 << 20 ? Plan{10, 20} : Plan{2, 12};
    }

    void warm_up() {
        const auto slots = scene_.first() ? scene_.bus().status(ping_.name()).slots : 0;
        const auto rounds = scene_.partner().agree(How == Waiting::Spinning ? 2 * slots : 16);
        timer_.warm_up([this](std::uint64_t number) { round(number); }, rounds);
    }

    void round(std::uint64_t number) noexcept {
        if (scene_.first()) {
            send(number);
            expect(number);
        } else {
            expect(number);
            send(number);
        }
    }

    void send(std::uint64_t number) noexcept {
        auto loan = out_.loan();
        while (!loan) loan = out_.loan();
        write_payload<touched>(loan.data(), number);
        out_.publish(std::move(loan), Size);
    }

    void expect(std::uint64_t number) noexcept {
        auto sample = in_.take();
        while (!sample) {
            (void)in_.wait_for(1s);
            sample = in_.take();
        }
        if (sample.size() != Size || !holds<touched>(sample.data(), number)) ++faults_;
    }

    Scene& scene_;
    Topic ping_;
    Topic pong_;
    bus::BytesPublisher out_;
    bus::BytesSubscriber in_;
    RoundTimer timer_;
    std::uint64_t faults_ = 0;
};

template <std::size_t Size, Touched Part, Waiting How>
[[nodiscard]] Row row() {
    Row row;
    row.name = "one-way " + size_text(Size) + (Part == Touched::Full ? " full" : " first line") +
               (How == Waiting::Spinning ? ", spinning" : ", sleeping");
    if (Part == Touched::Full && How == Waiting::Spinning)
        row.plain = "plain mapping " + size_text(Size);
    if (How == Waiting::Spinning && Part == Touched::Full && Size == 32)
        row.limits.push_back({Limit::Of::Ratio, Limit::Bound::AtMost, 1.15, {}});
    if (How == Waiting::Spinning && Part == Touched::FirstLine && Size == 1 << 20)
        row.limits.push_back({Limit::Of::Ratio, Limit::Bound::AtMost, 1.2, {}});
    row.enter = [](Scene& scene) { return std::make_unique<OneWay<Size, Part, How>>(scene); };
    return row;
}

template <Touched Part, Waiting How, std::size_t... Sizes>
void add(std::vector<Row>& rows, std::index_sequence<Sizes...>) {
    (rows.push_back(row<Sizes, Part, How>()), ...);
}

using AllSizes = std::index_sequence<32, 64, 1 << 10, 64 << 10, 1 << 20, 8 << 20>;
using LargerSizes = std::index_sequence<64, 1 << 10, 64 << 10, 1 << 20, 8 << 20>;

}  // namespace

// At 32 B the first line is all there is.
void add_one_way_rows(std::vector<Row>& rows) {
    add<Touched::Full, Waiting::Spinning>(rows, AllSizes{});
    add<Touched::FirstLine, Waiting::Spinning>(rows, LargerSizes{});
    add<Touched::Full, Waiting::Sleeping>(rows, AllSizes{});
    add<Touched::FirstLine, Waiting::Sleeping>(rows, LargerSizes{});
}

}  // namespace bench
