#include "change.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "bench/findings.hpp"
#include "bench/size_text.hpp"
#include "figure_text.hpp"
#include "quantity.hpp"
#include "table.hpp"

namespace ctl {
namespace {

using bench::Record;
using Sense = Change::Sense;

constexpr double least_change = 0.05;  // of what has passes that can be seen to overlap or not
constexpr double least_of_one_figure = 0.25;  // of what has one figure a run
constexpr double least_calls = 0.5;

std::string name_of(const Record& record, const char* figure) {
    auto name = record.transport;
    if (record.size != 0) name += " " + bench::size_text(record.size);
    name += fmt::format(", {}", figure);
    if (record.distance) name += fmt::format(" ({})", bench::name_of(*record.distance));
    return name;
}

class Judge {
public:
    void one_way(const Record& was, const Record& is) {
        if (!was.one_way || !is.one_way) return;
        const bool apart = *was.high < *is.low || *is.high < *was.low;
        figure("one way", is, was.one_way, is.one_way, Sense::Worse,
               apart ? least_change : INFINITY, [](double value) { return time_text(value); });
    }

    void rest(const Record& was, const Record& is) {
        const auto time = [](double value) { return time_text(value); };
        figure("throughput", is, was.rate, is.rate, Sense::Better, least_of_one_figure,
               [](double value) { return format_decimal(value) + "/s"; });
        figure("CPU", is, was.cpu, is.cpu, Sense::Worse, least_of_one_figure, time);
        figure("set-up", is, was.set_up, is.set_up, Sense::Worse, least_of_one_figure, time);
    }

    void calls(const char* what, const Record& was, const Record& is,
               std::optional<bench::CallCount> Record::*figure) {
        if (!(was.*figure) || !(is.*figure)) return;
        ++result_.compared;
        const auto all = [&](const Record& record) {
            return (record.*figure)->own + (record.*figure)->broker;
        };
        if (std::abs(all(is) - all(was)) < least_calls) return;
        result_.changes.push_back({name_of(is, what), count_text(was.*figure),
                                   count_text(is.*figure), 1,
                                   all(is) > all(was) ? Sense::Worse : Sense::Better});
    }

    void unmatched() noexcept { ++result_.unmatched; }
    [[nodiscard]] Comparison result() && { return std::move(result_); }

private:
    // `growth`: what it means when the figure grows.
    template <class Text>
    void figure(const char* what, const Record& is, std::optional<double> old,
                std::optional<double> now, Sense growth, double least, Text text) {
        if (!old || !now) return;
        ++result_.compared;
        const double ratio = *now / *old;
        if (std::max(ratio, 1 / ratio) <= 1 + least) return;
        const auto shrinking = growth == Sense::Worse ? Sense::Better : Sense::Worse;
        result_.changes.push_back(
            {name_of(is, what), text(*old), text(*now), ratio, ratio > 1 ? growth : shrinking});
    }

    Comparison result_;
};

const Record* matching(const Results& results, const Record& record) noexcept {
    for (const auto& other : results.records())
        if (other.transport == record.transport && other.size == record.size &&
            other.distance == record.distance && !other.disturbed)
            return &other;
    return nullptr;
}

}  // namespace

Comparison compare(const Results& older, const Results& newer) {
    Judge judge;
    for (const auto& was : older.records()) {
        if (was.disturbed || (!was.one_way && !was.set_up && !was.calls)) continue;
        const auto* is = matching(newer, was);
        if (is == nullptr) {
            judge.unmatched();
            continue;
        }
        judge.one_way(was, *is);
        judge.rest(was, *is);
        judge.calls("calls", was, *is, &Record::calls);
        judge.calls("calls in a stream", was, *is, &Record::stream_calls);
    }
    return std::move(judge).result();
}

std::string comparison_text(const Comparison& comparison, const Results& older) {
    Table table{
        {{"CHANGED"}, {"WAS", Align::Right}, {"IS", Align::Right}, {"RATIO", Align::Right}, {""}}};
    for (const auto& change : comparison.changes)
        table.add({change.what, change.was, change.is,
                   change.ratio == 1 ? "" : ratio_text(change.ratio),
                   change.sense == Sense::Better ? "better" : "worse"});
    auto text = fmt::format("\nAgainst {} ({}): ", older.machine().date, older.machine().version);
    text += comparison.changes.empty()
                ? fmt::format("nothing changed beyond noise in {}.\n",
                              counted(comparison.compared, "figure"))
                : fmt::format("{} of {} changed beyond noise.\n{}", comparison.changes.size(),
                              counted(comparison.compared, "figure"), table.text(Legend::Shown));
    if (comparison.unmatched > 0)
        text += fmt::format("{} of that run {} no counterpart at the same distance of the cores.\n",
                            counted(comparison.unmatched, "row"),
                            comparison.unmatched == 1 ? "has" : "have");
    return text +
           "Noise: one-way times whose passes overlap or whose medians are within 5 %; throughput, "
           "CPU and\nset-up within 25 %; calls within half a call.\n";
}

Json to_json(const Comparison& comparison) {
    auto changes = Json::array();
    for (const auto& change : comparison.changes)
        changes.push_back({{"what", change.what},
                           {"was", change.was},
                           {"is", change.is},
                           {"ratio", change.ratio},
                           {"better", change.sense == Sense::Better}});
    return {{"compared", comparison.compared},
            {"unmatched", comparison.unmatched},
            {"changes", std::move(changes)}};
}

}  // namespace ctl
