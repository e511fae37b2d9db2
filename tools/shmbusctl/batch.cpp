#include "batch.hpp"

#include <vector>

#include <fmt/format.h>

#include "failure.hpp"

namespace ctl {
namespace {

const RegionReading& get(const Readings& readings, const std::string& name) {
    const auto* region = readings.find(name);
    if (region == nullptr) throw Failure{name, "no such region"};
    return *region;
}

template <class Reading>
std::string table_of(std::span<const ReadingColumn<Reading>> columns,
                     const std::vector<const Reading*>& lines, const RegionReading* region,
                     Legend legend, const Look& look) {
    std::vector<Column> titles;
    for (const auto& column : columns) titles.push_back({column.title, column.align});
    Table table{std::move(titles)};
    for (const auto* line : lines) {
        std::vector<std::string> cells;
        for (const auto& column : columns) {
            if constexpr (std::is_same_v<Reading, RegionReading>)
                cells.push_back(column.text(*line, *line, look));
            else
                cells.push_back(column.text(*line, *region, look));
        }
        table.add(std::move(cells));
    }
    return table.text(legend);
}

Json nullable(const std::optional<double>& value) { return value ? Json(*value) : Json{}; }

Json json_of(const std::optional<Rate>& rate) {
    if (!rate) return {};
    return {{"items", rate->items}, {"bytes", rate->bytes}};
}

Json json_of(const bus::Resources& resources) {
    return {{"regions", resources.regions},
            {"attachments", resources.attachments},
            {"memory", resources.bytes}};
}

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>{time}.count();
}

Json daemon_json(const Readings& readings) {
    const auto& daemon = readings.daemon();
    return {{"version", daemon.version},
            {"pid", daemon.pid},
            {"uptime", seconds(daemon.uptime)},
            {"cpu", seconds(daemon.cpu)},
            {"processor", nullable(readings.processor())},
            {"memory", daemon.memory},
            {"shared", daemon.shared},
            {"descriptors", daemon.descriptors},
            {"max_descriptors", daemon.descriptor_limit},
            {"restarts", daemon.restarts ? Json(*daemon.restarts) : Json{}},
            {"used", json_of(daemon.used)},
            {"limits", json_of(daemon.limits)}};
}

Json attachment_json(const AttachmentReading& one) {
    auto json = to_json(one.info);
    json["rate"] = json_of(one.rate);
    json["lag"] = one.lag;
    return json;
}

Json region_json(const RegionReading& region) {
    auto json = to_json(region.region);
    json["slots"] = region.slots;
    json["rate"] = json_of(region.rate);
    json["lag"] = region.lag;
    json["occupancy"] = region.occupancy;
    json["missed"] = region.missed;
    json["stalls"] = region.stalls;
    json["holds"] = region.holds;
    json["in_flight"] = region.in_flight;
    json["asleep"] = region.asleep;
    json["waiting"] = region.waiting;
    const auto number = [&](int index) {
        return index < 0 ? Json{}
                         : Json(region.attachments[static_cast<std::size_t>(index)].info.id);
    };
    json["slowest"] = number(region.slowest);
    json["lock_holder"] = number(region.holder);
    auto attachments = Json::array();
    for (const auto& one : region.attachments) attachments.push_back(attachment_json(one));
    json["attachments"] = std::move(attachments);
    return json;
}

}  // namespace

std::string batch_text(const Readings& readings, const Board::Start& start, Legend legend,
                       const Look& look) {
    std::string text;
    if (legend == Legend::Shown)
        text = daemon_line(readings) + '\n' + totals_line(readings) + "\n\n";
    if (start.region.empty())
        return text +
               table_of<RegionReading>(region_columns(),
                                       chosen_regions(readings, start.filter, start.order, look),
                                       nullptr, legend, look);
    const auto& region = get(readings, start.region);
    return text + table_of<AttachmentReading>(attachment_columns(region.region.kind),
                                              ordered_attachments(region, {}, look), &region,
                                              legend, look);
}

Json batch_json(const Readings& readings, const Board::Start& start, const Look& look) {
    auto regions = Json::array();
    if (!start.region.empty())
        regions.push_back(region_json(get(readings, start.region)));
    else
        for (const auto* region : chosen_regions(readings, start.filter, start.order, look))
            regions.push_back(region_json(*region));
    return {{"time", seconds(readings.time().time_since_epoch())},
            {"daemon", daemon_json(readings)},
            {"regions", std::move(regions)}};
}

}  // namespace ctl
