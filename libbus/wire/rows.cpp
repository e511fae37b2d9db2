#include "wire/rows.hpp"

#include <type_traits>

#include "wire/dictionary.hpp"
#include "wire/paths.hpp"

namespace bus::wire {
namespace {

// The one list of counters, by their names on the bus.
template <class Info, class Visit>
void each_counter(Info& info, Visit visit) {
    visit("samples", info.samples);
    visit("bytes", info.bytes);
    visit("missed", info.missed);
    visit("stalls", info.stalls);
    visit("holds", info.holds);
    visit("asleep", info.asleep);
    visit("locks", info.locks);
    visit("waits", info.waits);
    visit("requests", info.requests);
    visit("responded", info.responded);
    visit("refused", info.refused);
    visit("in_flight", info.in_flight);
    visit("holding", info.holding);
    visit("waiting", info.waiting);
    visit("memory", info.memory);
}

}  // namespace

std::uint64_t counter(const Counters& counters, const char* key, std::uint64_t otherwise) {
    const auto found = counters.find(key);
    return found != counters.end() ? found->second : otherwise;
}

ListedRow row_of(const RegionInfo& info) {
    return ListedRow{info.name,
                     sdbus::ObjectPath{path_of_region(info.name)},
                     std::string{to_string(info.kind)},
                     info.type,
                     info.publishers,
                     info.subscribers,
                     info.bytes,
                     info.owner,
                     info.mode,
                     info.size};
}

RegionInfo info_from(const ListedRow& row) {
    return {.name = row.get<0>(),
            .kind = kind_from(row.get<2>()),
            .type = row.get<3>(),
            .size = row.get<9>(),
            .publishers = row.get<4>(),
            .subscribers = row.get<5>(),
            .bytes = row.get<6>(),
            .owner = row.get<7>(),
            .mode = row.get<8>()};
}

std::vector<RegionInfo> infos_from(const std::vector<ListedRow>& rows) {
    std::vector<RegionInfo> infos;
    for (const auto& row : rows) infos.push_back(info_from(row));
    return infos;
}

AttachmentRow row_of(const AttachmentInfo& info) {
    Counters counters;
    each_counter(info, [&](const char* name, auto value) {
        if (value != 0) counters.emplace(name, static_cast<std::uint64_t>(value));
    });
    std::vector<LaneRow> lanes;
    for (const auto& lane : info.lanes) lanes.emplace_back(lane.publisher, lane.lag);
    return AttachmentRow{info.id,
                         std::string{to_string(info.role)},
                         std::string{to_string(info.state)},
                         static_cast<std::uint32_t>(info.pid),
                         info.uid,
                         info.peer,
                         std::move(counters),
                         std::move(lanes)};
}

std::vector<AttachmentRow> rows_of(const std::vector<AttachmentInfo>& infos) {
    std::vector<AttachmentRow> rows;
    rows.reserve(infos.size());
    for (const auto& info : infos) rows.push_back(row_of(info));
    return rows;
}

AttachmentInfo info_from(const AttachmentRow& row) {
    AttachmentInfo info;
    info.id = row.get<0>();
    info.role = role_from(row.get<1>());
    info.state = state_from(row.get<2>());
    info.pid = static_cast<::pid_t>(row.get<3>());
    info.uid = row.get<4>();
    info.peer = row.get<5>();
    each_counter(info, [&](const char* name, auto& value) {
        value = static_cast<std::remove_reference_t<decltype(value)>>(counter(row.get<6>(), name));
    });
    for (const auto& lane : row.get<7>()) info.lanes.push_back({lane.get<0>(), lane.get<1>()});
    return info;
}

std::vector<AttachmentInfo> infos_from(const std::vector<AttachmentRow>& rows) {
    std::vector<AttachmentInfo> infos;
    infos.reserve(rows.size());
    for (const auto& row : rows) infos.push_back(info_from(row));
    return infos;
}

}  // namespace bus::wire
