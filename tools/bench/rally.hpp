// How every transport is measured: rounds there and back for the latency, a stream one way for the
// throughput and the processor time, and the making of the connection for the set-up.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>

#include "statistics.hpp"
#include "transport.hpp"

namespace bench {

// Processor time of this process so far, nanoseconds.
[[nodiscard]] inline double processor_time() noexcept {
    ::rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto nanoseconds = [](const ::timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_usec) * 1e3;
    };
    return nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
}

template <Link L>
class Rally final : public Course {
public:
    Rally(Scene& scene, std::size_t size) : scene_{scene}, link_{scene, size} {
        scene.partner().meet();
        round_ = calibrate([this](std::uint64_t count) { play_rounds(count); }) / 2;
        message_ = calibrate([this](std::uint64_t count) { stream(count); });
    }

    [[nodiscard]] Figure run() override {
        faults_ = 0;
        Figure figure;
        if (scene_.counted()) {
            count_calls();
        } else {
            time_rounds(figure);
            time_stream(figure);
        }
        const auto theirs = scene_.partner().hear(static_cast<double>(faults_));
        figure.faults = faults_ + static_cast<std::uint64_t>(theirs);
        return figure;
    }

private:
    // What one pass may take for each of its two halves, nanoseconds.
    [[nodiscard]] double share() const noexcept {
        return scene_.tempo() == Tempo::Full ? 50e6 : 12e6;
    }

    [[nodiscard]] std::uint64_t agreed(double count, double least, double most) {
        return scene_.partner().agree(
            static_cast<std::uint64_t>(std::clamp(std::ceil(count), least, most)));
    }

    // Plays more and more until it has taken 4 ms; nanoseconds for each of what `play` counts. It
    // is also the first touch of every slot and buffer.
    template <class Play>
    [[nodiscard]] double calibrate(Play play) {
        if (scene_.counted()) {
            scene_.rehearse([&] { play(scene_.scaled({}).count); });
            return 1;
        }
        (void)timed_play(play, 2);  // the peers find each other
        std::uint64_t count = 4;
        double time = timed_play(play, count);
        while (const auto more = scene_.partner().agree(time < 4e6 ? 4 * count : 0))
            time = timed_play(play, count = more);
        // A few that were held up once would make all the rest too short.
        if (count < 64) time = std::min(time, timed_play(play, count));
        return time / static_cast<double>(count);
    }

    template <class Play>
    [[nodiscard]] double timed_play(Play& play, std::uint64_t count) {
        double time = 0;
        scene_.rehearse([&] {
            time = -now();
            play(count);
            time += now();
        });
        return time;
    }

    void round(std::uint64_t number) {
        if (scene_.first()) {
            link_.send(number);
            check(link_.receive(number));
        } else {
            check(link_.receive(number));
            link_.send(number);
        }
    }

    void play_rounds(std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) round(++number_);
    }

    void stream(std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            if constexpr (PacedLink<L>) {
                scene_.first() ? link_.stream(++number_) : check(link_.take(++number_));
            } else {
                scene_.first() ? link_.send(++number_) : check(link_.receive(++number_));
            }
        }
    }

    void check(bool right) noexcept { faults_ += !right; }

    // The median from batches long enough for a clock read to be nothing, the percentiles from
    // rounds that are timed one by one; where a round is that long the two are the same.
    void time_rounds(Figure& figure) {
        constexpr double batch = 4e3;
        const auto each = agreed(batch / (2 * round_), 1, 1e6);
        const double rounds = share() / (2 * round_);
        const auto batches = agreed(each == 1 ? 0 : rounds / 2 / static_cast<double>(each), 0, 1e6);
        const auto singles = agreed(each == 1 ? rounds : rounds / 2, 12, 2e5);
        std::vector<double> long_ones(batches);
        std::vector<double> single_ones(singles);
        scene_.hot([&] {
            for (auto& time : long_ones) time = timed(each);
            for (auto& time : single_ones) time = timed(1);
        });
        figure.value = median(batches > 0 ? long_ones : single_ones);
        // A percentile out of too few would be one of the greatest, not a percentile.
        if (singles >= 200) figure.p99 = percentile(single_ones, 0.99);
        if (singles >= 2000) figure.p999 = percentile(single_ones, 0.999);
    }

    // One way, nanoseconds.
    [[nodiscard]] double timed(std::uint64_t rounds) {
        const double start = now();
        play_rounds(rounds);
        return (now() - start) / (2.0 * static_cast<double>(rounds));
    }

    void time_stream(Figure& figure) {
        const auto count = agreed(share() / message_, 12, 2e7);
        double start = 0;
        double end = 0;
        double processor = 0;
        double broker = 0;
        scene_.hot([&] {
            broker = -scene_.broker_time();
            processor = -processor_time();
            start = now();
            stream(count);
            end = now();
            processor += processor_time();
        });
        auto& partner = scene_.partner();
        const double theirs = partner.hear(end);
        processor += partner.hear(processor);
        broker += scene_.broker_time();
        figure.rate = static_cast<double>(count) / (theirs - start) * 1e9;
        figure.cpu = (processor + (brokered() ? broker : 0)) / static_cast<double>(count);
    }

    [[nodiscard]] static constexpr bool brokered() noexcept {
        return requires { L::brokered; };
    }

    // For a tracer: rounds, twice as many, a stream, twice as many, each between marks.
    void count_calls() {
        const auto count = scene_.scaled({}).count;
        for (const auto times : {1, 2}) scene_.hot([&] { play_rounds(count * times / 2); });
        for (const auto times : {1, 2}) scene_.hot([&] { stream(count * times); });
    }

    Scene& scene_;
    L link_;
    double round_ = 0;    // nanoseconds, one way
    double message_ = 0;  // nanoseconds, streamed
    std::uint64_t number_ = 0;
    std::uint64_t faults_ = 0;
};

// From nothing to the first message on the other side: what a program does before it can begin.
template <Link L>
class SetUp final : public Course {
public:
    explicit SetUp(Scene& scene) : scene_{scene} {}

    [[nodiscard]] Figure run() override {
        std::vector<double> times(scene_.tempo() == Tempo::Full ? 25 : 5);
        std::uint64_t faults = 0;
        for (auto& time : times) {
            scene_.forget_bus();
            scene_.rehearse([] {});
            const double start = now();
            L link{scene_, 32};
            scene_.first() ? link.send(1) : void(faults += !link.receive(1));
            time = scene_.partner().hear(now()) - start;
        }
        Figure figure;
        figure.value = median(times);
        figure.faults =
            static_cast<std::uint64_t>(scene_.partner().hear(static_cast<double>(faults)));
        return figure;
    }

private:
    Scene& scene_;
};

template <Link L>
[[nodiscard]] Transport transport(std::string name, Model model,
                                  std::function<std::string(std::size_t)> refusal) {
    return {.name = std::move(name),
            .model = model,
            .refusal = std::move(refusal),
            .carry = [](Scene& scene,
                        std::size_t size) { return std::make_unique<Rally<L>>(scene, size); },
            .set_up = [](Scene& scene) { return std::make_unique<SetUp<L>>(scene); }};
}

}  // namespace bench
