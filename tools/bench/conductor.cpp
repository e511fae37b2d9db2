#include "conductor.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace bench {

std::vector<Result> Conductor::run(const std::vector<Row>& rows,
                                   const std::function<void(const Result&)>& told) {
    std::vector<Result> results;
    for (const auto& row : rows) {
        scene_.partner().announce(row.name);
        try {
            results.push_back(measure(row));
        } catch (const std::exception& error) {
            throw std::runtime_error{row.name + ": " + error.what()};
        }
        scene_.partner().meet();
        if (scene_.first()) told(results.back());
    }
    return results;
}

Result Conductor::measure(const Row& row) {
    std::vector<Pass> passes;
    {
        const auto course = row.enter(scene_);
        (void)scene_.take_allocations();
        while (scene_.partner().agree(!enough(passes, row.bracketed)) != 0)
            passes.push_back(pass(*course, row.bracketed));
    }
    const auto counts = [](const Pass& pass) { return pass.counts(); };
    Result result{.row = &row, .passes = std::move(passes), .disturbed = false};
    if (row.bracketed == Bracketed::No) return result;
    result.disturbed = std::none_of(result.passes.begin(), result.passes.end(), counts);
    if (!result.disturbed) std::erase_if(result.passes, std::not_fn(counts));
    return result;
}

Pass Conductor::pass(Course& course, Bracketed bracketed) {
    auto& partner = scene_.partner();
    Pass pass;
    if (bracketed == Bracketed::Yes) {
        partner.meet();
        pass.before = partner.bare().one_way();
        pass.pair = partner.bare().pair_one_way();
    }
    pass.figure = course.run();
    if (bracketed == Bracketed::Yes) {
        partner.meet();
        pass.after = partner.bare().one_way();
    }
    const auto mine = scene_.take_allocations();
    pass.allocations = mine + static_cast<std::uint64_t>(partner.hear(static_cast<double>(mine)));
    return pass;
}

// Asked on the first side only: the second one has other brackets by a hair.
bool Conductor::enough(const std::vector<Pass>& passes, Bracketed bracketed) const {
    const bool full = scene_.tempo() == Tempo::Full;
    if (passes.empty() || bracketed == Bracketed::No) return !passes.empty();
    if (passes.size() >= (full ? 8U : 3U)) return true;
    const auto counting = std::count_if(passes.begin(), passes.end(), [this](const Pass& pass) {
        return pass.counts() && (!wanted_ || distance_of(pass.bare()) == *wanted_);
    });
    return counting >= (full ? 3 : 1);
}

}  // namespace bench
