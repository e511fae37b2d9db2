// All that goes on at one moment, in as many calls for a thousand regions as for one.
#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "abi/names.hpp"
#include "src/control.hpp"
#include "wire/dictionary.hpp"
#include "wire/rows.hpp"
#include "wire/sdbus_bridge.hpp"

namespace bus {
namespace {

using Time = std::chrono::steady_clock::time_point;

// What is left of the time, for the next call; 0 would ask for sd-bus's own.
std::chrono::microseconds left_until(Time deadline) {
    using std::chrono::microseconds;
    const auto left = deadline - std::chrono::steady_clock::now();
    return std::max(std::chrono::duration_cast<microseconds>(left), microseconds{1});
}

std::chrono::nanoseconds nanoseconds_of(const wire::Counters& figures, const char* key) {
    return std::chrono::nanoseconds{static_cast<std::int64_t>(wire::counter(figures, key))};
}

void read_process(const wire::Counters& process, DaemonInfo& daemon) {
    daemon.pid = static_cast<::pid_t>(wire::counter(process, "pid"));
    daemon.started = std::chrono::system_clock::time_point{
        std::chrono::microseconds{static_cast<std::int64_t>(wire::counter(process, "started"))}};
    daemon.uptime = nanoseconds_of(process, "uptime");
    daemon.cpu = nanoseconds_of(process, "cpu");
    daemon.memory = wire::counter(process, "memory");
    daemon.shared = wire::counter(process, "shared");
    daemon.descriptors = wire::counter(process, "descriptors");
    daemon.descriptor_limit = wire::counter(process, "descriptor_limit");
    if (process.contains("restarts")) daemon.restarts = wire::counter(process, "restarts");
}

Resources resources_from(const wire::Counters& figures) {
    return {wire::counter(figures, "regions"), wire::counter(figures, "attachments"),
            wire::counter(figures, "total")};
}

DaemonInfo daemon_from(const wire::Dictionary& properties) {
    const auto figures = [&](const char* key) {
        const auto found = properties.find(key);
        return found != properties.end() ? found->second.get<wire::Counters>() : wire::Counters{};
    };
    DaemonInfo daemon;
    if (const auto found = properties.find("Version"); found != properties.end())
        daemon.version = wire::text_from(found->first, found->second);
    read_process(figures("Process"), daemon);
    daemon.used = resources_from(figures("Usage"));
    daemon.limits = resources_from(figures("Limits"));
    return daemon;
}

// Both have regions by name; one that came or went between the calls is in one alone.
std::vector<RegionActivity> joined(const std::vector<wire::ListedRow>& listed,
                                   const std::vector<wire::RegionRow>& counted) {
    std::map<std::string, const wire::RegionRow*> by_name;
    for (const auto& row : counted) by_name.emplace(row.get<0>(), &row);
    std::vector<RegionActivity> regions;
    regions.reserve(counted.size());
    for (const auto& row : listed)
        if (const auto found = by_name.find(row.get<0>()); found != by_name.end())
            regions.push_back({wire::info_from(row), found->second->get<1>(),
                               wire::infos_from(found->second->get<2>())});
    return regions;
}

}  // namespace

Activity ConnectionCore::activity(std::chrono::nanoseconds limit) {
    return once("shmbusd", limit, [&] {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        const auto manager = sdbus::createProxy(*connection_, wire::BusName{abi::bus_name},
                                                wire::PathName{abi::manager_path});
        wire::Dictionary properties;
        manager->callMethod("GetAll")
            .onInterface("org.freedesktop.DBus.Properties")
            .withTimeout(left_until(deadline))
            .withArguments(std::string{abi::manager_interface})
            .storeResultsTo(properties);
        std::vector<wire::ListedRow> listed;
        manager->callMethod("ListRegions")
            .onInterface(abi::manager_interface)
            .withTimeout(left_until(deadline))
            .storeResultsTo(listed);
        std::uint64_t time = 0;
        std::vector<wire::RegionRow> counted;
        manager->callMethod("GetStatistics")
            .onInterface(abi::manager_interface)
            .withTimeout(left_until(deadline))
            .storeResultsTo(time, counted);
        return Activity{Time{std::chrono::nanoseconds{static_cast<std::int64_t>(time)}},
                        daemon_from(properties), joined(listed, counted)};
    });
}

}  // namespace bus
