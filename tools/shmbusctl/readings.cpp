#include "readings.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace ctl {
namespace {

using bus::Kind;
using bus::Role;

double rise(std::uint64_t before, std::uint64_t now, double seconds) noexcept {
    return now > before ? static_cast<double>(now - before) / seconds : 0;
}

Kind kind_of(Role role) noexcept {
    if (role == Role::Writer || role == Role::Reader) return Kind::Raw;
    return role == Role::Server || role == Role::Client ? Kind::Service : Kind::Topic;
}

// What a slot is taken by: samples to take, or requests without an answer.
std::uint64_t slots_taken(const AttachmentReading& one) noexcept {
    return one.info.role == Role::Client ? one.info.in_flight : one.furthest;
}

std::uint64_t items_of(const bus::AttachmentInfo& info) noexcept {
    switch (kind_of(info.role)) {
        case Kind::Raw:
            return info.locks;
        case Kind::Service:
            return info.requests;
        case Kind::Topic:
            break;
    }
    return info.samples;
}

// What the region's rate is made of: its publishers', its clients', or everyone's.
bool counts_for_region(Role role) noexcept {
    return role != Role::Subscriber && role != Role::Server;
}

AttachmentReading read(bus::AttachmentInfo info) {
    AttachmentReading reading;
    for (const auto& lane : info.lanes) {
        reading.lag += lane.lag;
        reading.furthest = std::max(reading.furthest, lane.lag);
    }
    reading.info = std::move(info);
    return reading;
}

void sum_up(RegionReading& region) {
    for (std::size_t i = 0; i < region.attachments.size(); ++i) {
        const auto& one = region.attachments[i];
        region.missed += one.info.missed;
        region.stalls += one.info.stalls;
        region.holds += one.info.holds;
        if (!one.active()) continue;
        ++region.active;
        if (one.info.role == Role::Client) region.in_flight += one.info.in_flight;
        region.asleep += one.info.asleep ? 1U : 0U;
        region.waiting += one.info.waiting ? 1U : 0U;
        if (one.info.role == Role::Writer && one.info.holding) region.holder = static_cast<int>(i);
        if (one.lag > region.lag) {
            region.lag = one.lag;
            region.slowest = static_cast<int>(i);
        }
        if (region.slots != 0)
            region.occupancy =
                std::max(region.occupancy, static_cast<double>(slots_taken(one)) / region.slots);
    }
    region.occupancy = std::min(region.occupancy, 1.0);
}

// The same client's attachment in the earlier reading.
const AttachmentReading* find_same(const RegionReading& before, const bus::AttachmentInfo& info) {
    const auto found =
        std::find_if(before.attachments.begin(), before.attachments.end(), [&](const auto& other) {
            return other.info.id == info.id && other.info.peer == info.peer;
        });
    return found != before.attachments.end() ? &*found : nullptr;
}

// One that came since the earlier reading has counted all it has since then.
void compare(RegionReading& now, const RegionReading* before, double seconds) {
    Rate sum;
    for (auto& one : now.attachments) {
        const auto* earlier = before != nullptr ? find_same(*before, one.info) : nullptr;
        const bus::AttachmentInfo nothing;
        const auto& then = earlier != nullptr ? earlier->info : nothing;
        one.rate = Rate{rise(items_of(then), items_of(one.info), seconds),
                        rise(then.bytes, one.info.bytes, seconds)};
        if (!counts_for_region(one.info.role)) continue;
        sum.items += one.rate->items;
        sum.bytes += one.rate->bytes;
    }
    now.rate = sum;
}

}  // namespace

const AttachmentReading* RegionReading::standout() const noexcept {
    const int one = region.kind == Kind::Raw ? holder : slowest;
    return one >= 0 ? &attachments[static_cast<std::size_t>(one)] : nullptr;
}

void Readings::add(bus::Activity activity) {
    std::map<std::string, const RegionReading*> earlier;
    for (const auto& region : regions_) earlier.emplace(region.region.name, &region);
    const bool second = time_ != decltype(time_){} && activity.time > time_;
    const double seconds = std::chrono::duration<double>{activity.time - time_}.count();

    std::vector<RegionReading> regions;
    regions.reserve(activity.regions.size());
    std::optional<Rate> total;
    if (second) total.emplace();
    for (auto& one : activity.regions) {
        auto& region = regions.emplace_back();
        region.region = std::move(one.region);
        region.slots = one.slots;
        for (auto& info : one.attachments) region.attachments.push_back(read(std::move(info)));
        sum_up(region);
        if (!second) continue;
        const auto found = earlier.find(region.region.name);
        compare(region, found != earlier.end() ? found->second : nullptr, seconds);
        if (region.region.kind == Kind::Raw) continue;
        total->items += region.rate->items;
        total->bytes += region.rate->bytes;
    }
    regions_ = std::move(regions);
    total_ = total;
    compare_daemon(activity.daemon, second ? seconds : 0);
    daemon_ = std::move(activity.daemon);
    time_ = activity.time;
    note_trails();
}

void Readings::compare_daemon(const bus::DaemonInfo& now, double seconds) {
    const bool same = now.pid == daemon_.pid && now.cpu >= daemon_.cpu;
    processor_.reset();
    if (same && seconds > 0)
        processor_ = std::chrono::duration<double>{now.cpu - daemon_.cpu}.count() / seconds;
}

void Readings::note_trails() {
    std::set<std::string_view> present;
    for (const auto& region : regions_) {
        present.insert(region.region.name);
        if (region.rate) trails_[region.region.name].add(time_, region.rate->items);
    }
    std::erase_if(trails_, [&](const auto& row) { return !present.contains(row.first); });
}

const RegionReading* Readings::find(const std::string& region) const noexcept {
    const auto found = std::find_if(regions_.begin(), regions_.end(),
                                    [&](const auto& one) { return one.region.name == region; });
    return found != regions_.end() ? &*found : nullptr;
}

const Trail& Readings::trail(const std::string& region) const {
    static const Trail none;
    const auto found = trails_.find(region);
    return found != trails_.end() ? found->second : none;
}

}  // namespace ctl
