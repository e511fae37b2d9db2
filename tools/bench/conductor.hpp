// Goes through the rows with both sides: brackets every pass by the bare ping-pong, and repeats
// those during which the host moved the cores.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "row.hpp"

namespace bench {

class Conductor {
public:
    // With a distance that is wanted, a row is repeated until it was met there, within limits.
    explicit Conductor(Scene& scene, std::optional<Distance> wanted = {})
        : scene_{scene}, wanted_{wanted} {}

    // Both sides must call it with the same rows. `told` hears of each result, on the first side.
    [[nodiscard]] std::vector<Result> run(const std::vector<Row>& rows,
                                          const std::function<void(const Result&)>& told);

private:
    [[nodiscard]] Result measure(const Row& row);
    [[nodiscard]] Pass pass(Course& course, Bracketed bracketed);
    [[nodiscard]] bool enough(const std::vector<Pass>& passes, Bracketed bracketed) const;

    Scene& scene_;
    std::optional<Distance> wanted_;
};

}  // namespace bench
