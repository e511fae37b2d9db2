#include "report.hpp"

#include <algorithm>
#include <cstdio>
#include <iomanip>
#include <ostream>
#include <utility>

#include <nlohmann/json.hpp>

namespace bench {
namespace {

[[nodiscard]] std::string text(const char* format, double value) {
    char buffer[48];
    std::snprintf(buffer, sizeof buffer, format, value);
    return buffer;
}

[[nodiscard]] std::string time_text(double nanoseconds) {
    if (nanoseconds < 10) return text("%.2f ns", nanoseconds);
    if (nanoseconds < 1e3) return text("%.1f ns", nanoseconds);
    if (nanoseconds < 1e6) return text("%.2f us", nanoseconds / 1e3);
    return text("%.2f ms", nanoseconds / 1e6);
}

[[nodiscard]] const char* name_of(Unit unit) {
    switch (unit) {
        case Unit::Nanoseconds:
            return "ns";
        case Unit::Milliseconds:
            return "ms";
        case Unit::MillionsPerSecond:
            return "M/s";
        case Unit::Calls:
            return "calls/message";
        case Unit::Kibibytes:
            return "KiB";
    }
    return "";
}

[[nodiscard]] std::string limit_text(const Finding& finding) {
    if (!finding.verdict) return "";
    const auto& [limit, kept] = *finding.verdict;
    const std::string bound = limit.bound == Limit::Bound::AtMost ? "<= " : ">= ";
    const std::string at =
        limit.of == Limit::Of::Value ? text("%g", limit.at) : text("%.2fx", limit.at);
    return bound + at + (kept ? "  ok" : "  NOT KEPT");
}

[[nodiscard]] std::string ratio_text(const std::optional<double>& ratio) {
    if (!ratio) return "";
    return text(*ratio < 1 ? "%.3fx" : *ratio < 100 ? "%.2fx" : "%.0fx", *ratio);
}

[[nodiscard]] std::string note_text(const Finding& finding) {
    std::string note = finding.note;
    if (finding.disturbed) note = "DISTURBED: the cores moved in every pass. " + note;
    if (finding.faults != 0) note = "WRONG CONTENT. " + note;
    return note;
}

void print_line(std::ostream& out, const std::vector<std::string>& cells) {
    static constexpr int widths[] = {-34, 10, 10, 7, 7, 8, 8, 8, -17, 6, 6};
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const int width = i < std::size(widths) ? widths[i] : 0;
        const auto wanted = static_cast<std::size_t>(width < 0 ? -width : width);
        const std::string fill(wanted > cells[i].size() ? wanted - cells[i].size() : 0, ' ');
        line += (width < 0 ? cells[i] + fill : fill + cells[i]) + "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
}

void print_group(std::ostream& out, const std::vector<Finding>& findings,
                 std::optional<Distance> distance, const std::string& title) {
    const auto here = [distance](const Finding& finding) { return finding.distance == distance; };
    if (std::none_of(findings.begin(), findings.end(), here)) return;
    out << '\n' << title << '\n';
    print_line(out, {"row", "median", "p99", "to bare", "to pair", "to plain", "bare", "pair",
                     "limit", "passes", "allocs", ""});
    for (const auto& finding : findings) {
        if (!here(finding)) continue;
        print_line(out, {finding.row->name, value_text(finding.row->unit, finding.value),
                         finding.p99 ? value_text(finding.row->unit, *finding.p99) : "",
                         ratio_text(finding.ratio), ratio_text(finding.to_pair),
                         ratio_text(finding.to_plain), distance ? time_text(finding.bare) : "",
                         distance ? time_text(finding.pair) : "", limit_text(finding),
                         std::to_string(finding.passes), std::to_string(finding.allocations),
                         note_text(finding)});
    }
}

[[nodiscard]] nlohmann::json json_of(const Finding& finding) {
    nlohmann::json json{{"row", finding.row->name},
                        {"unit", name_of(finding.row->unit)},
                        {"value", finding.value},
                        {"passes", finding.passes},
                        {"allocations", finding.allocations},
                        {"faults", finding.faults},
                        {"disturbed", finding.disturbed}};
    if (finding.distance) json["distance"] = name_of(*finding.distance);
    if (finding.distance) json["bare_ns"] = finding.bare;
    if (finding.distance) json["pair_ns"] = finding.pair;
    if (finding.p99) json["p99"] = *finding.p99;
    if (finding.ratio) json["ratio_to_bare"] = *finding.ratio;
    if (finding.to_pair) json["ratio_to_pair"] = *finding.to_pair;
    if (finding.to_plain) json["ratio_to_plain"] = *finding.to_plain;
    if (!finding.note.empty()) json["note"] = finding.note;
    if (finding.verdict) {
        const auto& [limit, kept] = *finding.verdict;
        json["limit"] = {{"of", limit.of == Limit::Of::Ratio   ? "ratio_to_bare"
                                : limit.of == Limit::Of::Plain ? "ratio_to_plain"
                                                               : "value"},
                         {limit.bound == Limit::Bound::AtMost ? "at_most" : "at_least", limit.at},
                         {"kept", kept}};
    }
    return json;
}

}  // namespace

Report::Report(const std::vector<Result>& results) : findings_{findings_of(results)} {}

void Report::print_table(std::ostream& out) const {
    print_group(out, findings_, Distance::Near, "cores near (bare one-way below 100 ns)");
    print_group(out, findings_, Distance::Between, "cores between (bare one-way 100 to 200 ns)");
    print_group(out, findings_, Distance::Far, "cores far (bare one-way above 200 ns)");
    print_group(out, findings_, {}, "wherever the cores are");
    std::uint64_t allocations = 0;
    for (const auto& finding : findings_) allocations += finding.allocations;
    out << "\nbare: one line bounced; pair: a line for each direction, which one side can only "
           "read.\n"
           "to bare, to pair: time over that one-way time beside it; for rates the time per "
           "message.\n"
           "to plain: over the plain row at the same distance, of a wake-up over the bare futex in "
           "turns\nwith it. allocs: on the heap, in the measured\n"
           "loops of both processes; in all rows: "
        << allocations
        << ".\n1:4, 4:1: the four are attachments of one process, served in turn by one thread.\n";
}

nlohmann::json Report::json() const {
    auto rows = nlohmann::json::array();
    for (const auto& finding : findings_) rows.push_back(json_of(finding));
    return {{"bench", "bus_bench"}, {"rows", rows}};
}

bool Report::faulty() const noexcept {
    return std::any_of(findings_.begin(), findings_.end(),
                       [](const Finding& finding) { return finding.faults != 0; });
}

std::string value_text(Unit unit, double value) {
    switch (unit) {
        case Unit::Nanoseconds:
            return time_text(value);
        case Unit::Milliseconds:
            return text("%.2f ms", value);
        case Unit::MillionsPerSecond:
            return text("%.1f M/s", value);
        case Unit::Calls:
            return text("%.6f", value);
        case Unit::Kibibytes:
            return text("%.0f KiB", value);
    }
    return {};
}

std::string progress_text(const Result& result) {
    std::string line = result.row->name + ":";
    for (const auto& finding : findings_of({result})) {
        line += "  " + (finding.disturbed  ? std::string{"disturbed "}
                        : finding.distance ? name_of(*finding.distance) + std::string{" "}
                                           : "");
        line += value_text(finding.row->unit, finding.value);
        if (finding.ratio) line += " (" + ratio_text(finding.ratio) + ")";
        if (finding.faults != 0) line += " WRONG CONTENT";
    }
    return line;
}

}  // namespace bench
