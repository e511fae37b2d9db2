#include "findings.hpp"

#include <cmath>
#include <functional>
#include <utility>

#include "statistics.hpp"

namespace bench {
namespace {

[[nodiscard]] double median_of(const std::vector<const Pass*>& passes,
                               const std::function<double(const Pass&)>& of) {
    std::vector<double> values;
    for (const auto* pass : passes) values.push_back(of(*pass));
    return median(values);
}

// The same for a part that not every figure has.
[[nodiscard]] std::optional<double> median_of(const std::vector<const Pass*>& passes,
                                              std::optional<double> Figure::*part) {
    if (!(passes.front()->figure.*part)) return {};
    return median_of(passes, [part](const Pass& pass) { return (pass.figure.*part).value_or(0); });
}

[[nodiscard]] double percentile_of(const std::vector<const Pass*>& passes, double share) {
    std::vector<double> values;
    for (const auto* pass : passes) values.push_back(pass->figure.value);
    return percentile(values, share);
}

// The time of a figure, nanoseconds, where it is one that a line's way can be compared with.
[[nodiscard]] std::optional<double> time_of(const Row& row, const Pass& pass) {
    switch (row.unit) {
        case Unit::Nanoseconds:
            return pass.figure.value;
        case Unit::MillionsPerSecond:
            return 1e3 / pass.figure.value;
        default:
            return {};
    }
}

[[nodiscard]] bool keeps(const Limit& limit, const Finding& finding) {
    const double value = limit.of == Limit::Of::Ratio   ? finding.ratio.value_or(0)
                         : limit.of == Limit::Of::Plain ? finding.to_plain.value_or(0)
                                                        : finding.value;
    // A limit of 0 calls means none that goes with the messages: one in thousands is the
    // scheduler's.
    if (limit.at == 0) return std::abs(value) < 0.0005;
    return limit.bound == Limit::Bound::AtMost ? value <= limit.at : value >= limit.at;
}

void judge(Finding& finding) {
    if (finding.disturbed) return;
    for (const auto& limit : finding.row->limits)
        if ((!limit.only || limit.only == finding.distance) &&
            (limit.of != Limit::Of::Plain || finding.to_plain))
            finding.verdict = Finding::Verdict{limit, keeps(limit, finding)};
}

[[nodiscard]] Finding finding_of(const Result& result, std::optional<Distance> distance,
                                 const std::vector<const Pass*>& passes) {
    Finding finding;
    finding.row = result.row;
    finding.distance = distance;
    finding.disturbed = result.disturbed;
    finding.value = median_of(passes, [](const Pass& pass) { return pass.figure.value; });
    finding.bare = median_of(passes, [](const Pass& pass) { return pass.bare(); });
    finding.pair = median_of(passes, [](const Pass& pass) { return pass.pair; });
    finding.passes = passes.size();
    finding.note = passes.front()->figure.note;
    finding.low = percentile_of(passes, 0);
    finding.high = percentile_of(passes, 1);
    finding.p99 = median_of(passes, &Figure::p99);
    finding.p999 = median_of(passes, &Figure::p999);
    finding.rate = median_of(passes, &Figure::rate);
    finding.cpu = median_of(passes, &Figure::cpu);
    if (distance && time_of(*result.row, *passes.front())) {
        const auto time = [&](const Pass& pass) { return time_of(*result.row, pass).value_or(0); };
        finding.ratio =
            median_of(passes, [&](const Pass& pass) { return time(pass) / pass.bare(); });
        finding.to_pair =
            median_of(passes, [&](const Pass& pass) { return time(pass) / pass.pair; });
    }
    if (passes.front()->figure.plain)
        finding.to_plain = median_of(passes, [](const Pass& pass) {
            return pass.figure.value / pass.figure.plain.value_or(1);
        });
    for (const auto* pass : passes) {
        finding.allocations += pass->allocations;
        finding.faults += pass->figure.faults;
    }
    return finding;
}

void add_findings(std::vector<Finding>& findings, const Result& result) {
    if (result.row->bracketed == Bracketed::No) {
        std::vector<const Pass*> all;
        for (const auto& pass : result.passes) all.push_back(&pass);
        findings.push_back(finding_of(result, {}, all));
        return;
    }
    for (const auto distance : {Distance::Near, Distance::Between, Distance::Far}) {
        std::vector<const Pass*> here;
        for (const auto& pass : result.passes)
            if (distance_of(pass.bare()) == distance) here.push_back(&pass);
        if (!here.empty()) findings.push_back(finding_of(result, distance, here));
    }
}

void compare_with_plain(std::vector<Finding>& findings) {
    for (auto& finding : findings) {
        if (finding.row->plain.empty()) continue;
        for (const auto& plain : findings)
            if (plain.row->name == finding.row->plain && plain.distance == finding.distance)
                finding.to_plain = finding.value / plain.value;
    }
}

}  // namespace

const char* name_of(Distance distance) noexcept {
    switch (distance) {
        case Distance::Near:
            return "near";
        case Distance::Between:
            return "between";
        case Distance::Far:
            return "far";
    }
    return "";
}

std::vector<Finding> findings_of(const std::vector<Result>& results) {
    std::vector<Finding> findings;
    for (const auto& result : results) add_findings(findings, result);
    compare_with_plain(findings);
    for (auto& finding : findings) judge(finding);
    return findings;
}

}  // namespace bench
