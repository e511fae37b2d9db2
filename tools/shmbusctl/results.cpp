#include "results.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "bench/findings.hpp"
#include "bench/statistics.hpp"
#include "failure.hpp"

namespace ctl {
namespace {

using bench::Distance;
using bench::Record;

constexpr int format_version = 1;

std::string csv_cell(std::string_view text) {
    if (text.find_first_of(",\"\n") == text.npos) return std::string{text};
    std::string cell{'"'};
    for (const char c : text) cell += c == '"' ? "\"\"" : std::string{c};
    return cell + '"';
}

std::string number(const std::optional<double>& value) {
    return value ? fmt::format("{:.6g}", *value) : "";
}

std::string count(const std::optional<bench::CallCount>& calls, double bench::CallCount::*part) {
    return calls ? fmt::format("{:.6g}", (*calls).*part) : "";
}

const Record* found(const std::vector<Record>& records, auto fits) noexcept {
    const auto at = std::find_if(records.begin(), records.end(), fits);
    return at != records.end() ? &*at : nullptr;
}

}  // namespace

void Results::add(const Record& record) {
    for (auto& old : records_) {
        if (old.transport != record.transport || old.size != record.size ||
            old.distance != record.distance)
            continue;
        if (!record.disturbed || old.disturbed) old = record;
        return;
    }
    records_.push_back(record);
}

std::vector<std::string> Results::transports() const {
    std::vector<std::string> names;
    for (const auto& record : records_)
        if (std::find(names.begin(), names.end(), record.transport) == names.end())
            names.push_back(record.transport);
    return names;
}

std::vector<Distance> Results::distances() const {
    std::array<std::pair<std::size_t, Distance>, 3> met{
        {{0, Distance::Near}, {0, Distance::Between}, {0, Distance::Far}}};
    for (const auto& record : records_)
        if (record.distance && !record.disturbed)
            ++met[static_cast<std::size_t>(*record.distance)].first;
    std::stable_sort(met.begin(), met.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<Distance> distances;
    for (const auto& [times, distance] : met)
        if (times > 0) distances.push_back(distance);
    return distances;
}

std::vector<std::uint64_t> Results::sizes() const {
    std::vector<std::uint64_t> sizes;
    for (const auto& record : records_)
        if (record.size != 0) sizes.push_back(record.size);
    std::sort(sizes.begin(), sizes.end());
    sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
    return sizes;
}

const Record* Results::carried(std::string_view transport, std::uint64_t size,
                               Distance distance) const noexcept {
    return found(records_, [&](const Record& record) {
        return record.transport == transport && record.size == size &&
               record.distance == distance && !record.disturbed && record.one_way;
    });
}

const Record* Results::set_up(std::string_view transport, Distance distance) const noexcept {
    return found(records_, [&](const Record& record) {
        return record.transport == transport && record.distance == distance && !record.disturbed &&
               record.set_up;
    });
}

const Record* Results::counted(std::string_view transport, std::uint64_t size) const noexcept {
    return found(records_, [&](const Record& record) {
        return record.transport == transport && record.size == size && record.calls;
    });
}

std::string Results::refusal(std::string_view transport, std::uint64_t size) const noexcept {
    const auto* record = found(records_, [&](const Record& known) {
        return known.transport == transport && known.size == size && !known.note.empty();
    });
    return record != nullptr ? record->note : "";
}

std::optional<double> Results::bare(Distance distance) const {
    std::vector<double> values;
    for (const auto& record : records_)
        if (record.distance == distance && !record.disturbed) values.push_back(record.bare);
    if (values.empty()) return {};
    return bench::median(values);
}

std::uint64_t Results::faults() const noexcept {
    std::uint64_t faults = 0;
    for (const auto& record : records_) faults += record.faults;
    return faults;
}

Json to_json(const Results& results) {
    const auto& machine = results.machine();
    Json json{{"shmbus_bench", format_version}, {"date", machine.date},
              {"processor", machine.processor}, {"kernel", machine.kernel},
              {"cores", machine.cores},         {"version", machine.version},
              {"tempo", machine.tempo}};
    const auto& protection = results.protection();
    if (!protection.refusal.empty()) json["write_by_reader"] = protection.refusal;
    if (protection.lock_ns) json["lock_ns"] = *protection.lock_ns;
    json["records"] = Json::array();
    for (const auto& record : results.records()) json["records"].push_back(json_of(record));
    return json;
}

Results parse_results(const std::string& name, const std::string& text) try {
    const auto json = Json::parse(text);
    if (json.value("shmbus_bench", 0) != format_version)
        throw Failure{name, "not what shmbusctl bench --json wrote"};
    Results results{{json.at("date"), json.at("processor"), json.at("kernel"), json.at("cores"),
                     json.at("version"), json.at("tempo")}};
    Protection protection{json.value("write_by_reader", ""), {}};
    if (json.contains("lock_ns")) protection.lock_ns = json["lock_ns"].get<double>();
    results.set_protection(std::move(protection));
    for (const auto& record : json.at("records")) results.add(bench::record_of(record));
    return results;
} catch (const Json::exception&) {
    throw Failure{name, "not what shmbusctl bench --json wrote"};
}

std::string csv_of(const Results& results) {
    std::string text =
        "transport,model,size,distance,disturbed,bare_ns,one_way_ns,low_ns,high_ns,p99_ns,p999_ns,"
        "messages_per_second,bytes_per_second,cpu_ns,calls,broker_calls,stream_calls,"
        "broker_stream_calls,set_up_ns,faults,note\n";
    for (const auto& record : results.records()) {
        std::optional<double> bytes;
        if (record.rate) bytes = *record.rate * static_cast<double>(record.size);
        text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                            csv_cell(record.transport), name_of(record.model), record.size,
                            record.distance ? name_of(*record.distance) : "",
                            record.disturbed ? 1 : 0, number(record.bare), number(record.one_way),
                            number(record.low), number(record.high), number(record.p99),
                            number(record.p999), number(record.rate), number(bytes),
                            number(record.cpu), count(record.calls, &bench::CallCount::own),
                            count(record.calls, &bench::CallCount::broker),
                            count(record.stream_calls, &bench::CallCount::own),
                            count(record.stream_calls, &bench::CallCount::broker),
                            number(record.set_up), record.faults, csv_cell(record.note));
    }
    return text;
}

}  // namespace ctl
