// All figures, a table for each distance of the cores: figures of two distances are never compared.
#include <algorithm>

#include <fmt/format.h>

#include "bench/findings.hpp"
#include "bench/size_text.hpp"
#include "figure_text.hpp"
#include "quantity.hpp"
#include "table.hpp"
#include "textbook.hpp"

namespace ctl {
namespace {

using bench::Distance;
using bench::Record;

std::string rate_text(const std::optional<double>& rate, const char* unit) {
    return rate ? format_decimal(*rate) + unit : "";
}

void add_row(Table& table, const Results& results, const Record& record) {
    const auto* counted = results.counted(record.transport, record.size);
    std::optional<double> bytes;
    if (record.rate) bytes = *record.rate * static_cast<double>(record.size);
    table.add({bench::size_text(record.size), record.transport, time_text(record.one_way),
               time_text(record.p99), time_text(record.p999),
               ratio_text(*record.one_way / record.bare), rate_text(record.rate, "/s"),
               rate_text(bytes, "B/s"), time_text(record.cpu),
               counted != nullptr ? count_text(counted->calls) : "",
               counted != nullptr ? count_text(counted->stream_calls) : ""});
}

std::vector<const Record*> carried(const Results& results, std::uint64_t size, Distance distance) {
    std::vector<const Record*> records;
    for (const auto& transport : results.transports())
        if (const auto* record = results.carried(transport, size, distance))
            records.push_back(record);
    std::sort(records.begin(), records.end(),
              [](const Record* a, const Record* b) { return a->one_way < b->one_way; });
    return records;
}

std::string table_text(const Results& results, Distance distance) {
    Table table{{{"SIZE", Align::Right},
                 {"TRANSPORT"},
                 {"ONE WAY", Align::Right},
                 {"P99", Align::Right},
                 {"P99.9", Align::Right},
                 {"TO BARE", Align::Right},
                 {"MESSAGES", Align::Right},
                 {"BYTES", Align::Right},
                 {"CPU", Align::Right},
                 {"CALLS", Align::Right},
                 {"IN STREAM", Align::Right}}};
    for (const auto size : results.sizes())
        for (const auto* record : carried(results, size, distance))
            add_row(table, results, *record);
    return table.text(Legend::Shown);
}

std::string set_up_text(const Results& results, Distance distance) {
    std::string text;
    for (const auto& transport : results.transports())
        if (const auto* record = results.set_up(transport, distance))
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", transport,
                                time_text(record->set_up));
    return text.empty() ? "" : fmt::format("Set-up, to the first message: {}.\n", text);
}

// Each reason once, with the sizes it holds for.
std::string refusals_text(const Results& results) {
    std::string text;
    for (const auto& transport : results.transports()) {
        std::string reason;
        std::string sizes;
        for (const auto size : results.sizes()) {
            const auto why = results.refusal(transport, size);
            if (why.empty()) continue;
            sizes += (sizes.empty() ? "" : ", ") + bench::size_text(size);
            reason = why;
        }
        if (!reason.empty())
            text += fmt::format("Not measured: {} at {}: {}.\n", transport, sizes, reason);
    }
    return text;
}

std::string disturbed_text(const Results& results) {
    std::string text;
    for (const auto& record : results.records())
        if (record.disturbed)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", record.transport,
                                record.size != 0 ? bench::size_text(record.size) : "set-up");
    return text.empty()
               ? ""
               : fmt::format("Left out, because the cores were moved in every pass: {}.\n", text);
}

}  // namespace

std::string figures_text(const Results& results) {
    const auto& machine = results.machine();
    auto text = fmt::format("{}, Linux {}, cores {}; shmbusctl {}, {}.\n", machine.processor,
                            machine.kernel, machine.cores, machine.version, machine.date);
    for (const auto distance : results.distances()) {
        text += fmt::format(
            "\nCores {}: the bare limit, one line bounced between the two processes, is {} one "
            "way.\n",
            name_of(distance), time_text(results.bare(distance)));
        text += table_text(results, distance) + set_up_text(results, distance);
    }
    text += "\n" + refusals_text(results) + disturbed_text(results);
    text +=
        "One way: half a round there and back, median; to bare: over the ping-pong beside it. CPU: "
        "of both\nprocesses and the bus's daemon, a message of a stream; who spins takes all there "
        "is. Calls: system\ncalls a message, of both processes (+ of the bus's daemon), when each "
        "waits for an answer and in a\nstream. Every payload is written in full, read in full and "
        "checked.\n";
    if (results.faults() > 0)
        text += fmt::format("WRONG CONTENT: {}; no figure is to be believed.\n",
                            counted(results.faults(), "payload"));
    return text;
}

}  // namespace ctl
