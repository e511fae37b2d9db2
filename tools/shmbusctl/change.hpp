// What became faster or slower between two runs of the bench, beyond noise.
//
// A latency has changed when the passes of the two runs do not overlap (the slowest of one is
// faster than the fastest of the other) and their medians are more than 5 % apart. Throughput,
// processor time and set-up are told when they moved by more than a quarter; calls a message, when
// they moved by half a call. Only figures of the same distance of the cores are compared.
#pragma once

#include <string>
#include <vector>

#include "results.hpp"

namespace ctl {

struct Change {
    std::string what;  ///< "pipe 32 B, one way"
    std::string was;
    std::string is;
    double ratio = 1;  ///< is over was; of calls, 1
    enum class Sense { Better, Worse } sense = Sense::Better;
};

struct Comparison {
    std::vector<Change> changes;
    std::size_t compared = 0;   ///< figures that both runs have
    std::size_t unmatched = 0;  ///< of the older run that the newer has not at that distance
};

[[nodiscard]] Comparison compare(const Results& older, const Results& newer);
[[nodiscard]] std::string comparison_text(const Comparison& comparison, const Results& older);
[[nodiscard]] Json to_json(const Comparison& comparison);

}  // namespace ctl
