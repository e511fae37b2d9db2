// How a latency is taken: rounds there and back between two processes, each one-way time half a
// round.
#pragma once

#include <cstdint>
#include <vector>

#include "row.hpp"
#include "scene.hpp"
#include "statistics.hpp"

namespace bench {

// Times rounds that `round(number)` makes on this side; numbers go up by one and both sides count
// alike.
class RoundTimer {
public:
    RoundTimer(Scene& scene, Plan plan) : scene_{scene}, plan_{scene.scaled(plan)} {
        if (scene.counted()) plan_.count /= 2;  // a round is two messages
    }

    // The median from batches without a clock inside; the 99th percentile from rounds timed one by
    // one, because a clock read is a tenth of a small message.
    template <class Round>
    [[nodiscard]] Figure run(Round round) {
        std::vector<double> batches(plan_.batches);
        std::vector<double> singles(scene_.counted() ? 0 : plan_.count * plan_.batches / 4 + 1);
        scene_.hot([&] {
            for (auto& batch : batches) batch = timed(round, plan_.count);
            for (auto& single : singles) single = timed(round, 1);
        });
        Figure figure;
        figure.value = median(batches);
        if (!singles.empty()) figure.p99 = percentile(singles, 0.99);
        return figure;
    }

    // So many rounds that are not timed: the first touch of every slot.
    template <class Round>
    void warm_up(Round round, std::uint64_t rounds) {
        scene_.rehearse([&] { (void)timed(round, rounds); });
    }

private:
    template <class Round>
    [[nodiscard]] double timed(Round& round, std::uint64_t rounds) {
        const double start = now();
        for (std::uint64_t i = 0; i < rounds; ++i) round(++number_);
        return (now() - start) / (2.0 * static_cast<double>(rounds));
    }

    Scene& scene_;
    Plan plan_;
    std::uint64_t number_ = 0;
};

}  // namespace bench
