#include "columns.hpp"

#include <array>

#include <fmt/format.h>

#include "quantity.hpp"

namespace ctl {
namespace {

using bus::Kind;
using bus::Role;

std::string rate_text(const std::optional<Rate>& rate, double Rate::*what) {
    if (!rate) return "";
    auto text = format_decimal((*rate).*what);
    while (text.ends_with(' ')) text.pop_back();
    return text;
}

double rate_number(const std::optional<Rate>& rate, double Rate::*what) {
    return rate ? (*rate).*what : -1;
}

std::string count_text(std::uint64_t value, bool has_any) {
    return has_any ? compact(static_cast<double>(value)) : "";
}

bool is_topic(const RegionReading& region) { return region.region.kind == Kind::Topic; }
bool is_raw(const RegionReading& region) { return region.region.kind == Kind::Raw; }
bool is_subscriber(const AttachmentReading& one) { return one.info.role == Role::Subscriber; }

// A template, for the two kinds of readings take their rates alike.
template <class Reading, double Rate::*What>
constexpr auto rate_cell = [](const Reading& reading, const RegionReading&, const Look&) {
    return rate_text(reading.rate, What);
};
template <class Reading, double Rate::*What>
constexpr auto rate_order =
    [](const Reading& reading, const RegionReading&) { return rate_number(reading.rate, What); };

constexpr int bar_width = 7;

std::string region_slots(const RegionReading& region, const RegionReading&, const Look& look) {
    return is_raw(region) ? "" : bar(region.occupancy, bar_width, look.signs);
}

std::string region_asleep(const RegionReading& region, const RegionReading&, const Look&) {
    return region.active == 0 ? "" : fmt::format("{}/{}", region.asleep, region.active);
}

std::string region_standout(const RegionReading& region, const RegionReading&, const Look& look) {
    const auto* one = region.standout();
    return one != nullptr ? look.people.named(one->info) : "";
}

// Samples have sizes; requests and locks do not.
std::string region_bytes(const RegionReading& region, const RegionReading&, const Look&) {
    return is_topic(region) ? rate_text(region.rate, &Rate::bytes) : "";
}

using Region = RegionReading;

constexpr std::array region_table{
    RegionColumn{"name", "REGION", 14, Align::Left, 0,
                 [](const Region& r, const Region&, const Look&) { return r.region.name; },
                 nullptr},
    RegionColumn{"kind", "KIND", 7, Align::Left, 1,
                 [](const Region& r, const Region&, const Look&) {
                     return std::string{to_string(r.region.kind)};
                 },
                 nullptr},
    RegionColumn{"rate", "RATE/s", 7, Align::Right, 2, rate_cell<Region, &Rate::items>,
                 rate_order<Region, &Rate::items>},
    RegionColumn{"bytes", "BYTES/s", 7, Align::Right, 3, region_bytes,
                 rate_order<Region, &Rate::bytes>},
    RegionColumn{"publishers", "PUB", 3, Align::Right, 4,
                 [](const Region& r, const Region&, const Look&) {
                     return fmt::format("{}", r.region.publishers);
                 },
                 [](const Region& r, const Region&) { return double(r.region.publishers); }},
    RegionColumn{"subscribers", "SUB", 4, Align::Right, 5,
                 [](const Region& r, const Region&, const Look&) {
                     return fmt::format("{}", r.region.subscribers);
                 },
                 [](const Region& r, const Region&) { return double(r.region.subscribers); }},
    RegionColumn{
        "lag", "LAG", 6, Align::Right, 6,
        [](const Region& r, const Region&, const Look&) { return count_text(r.lag, is_topic(r)); },
        [](const Region& r, const Region&) { return double(r.lag); }},
    RegionColumn{"slots", "SLOTS", bar_width, Align::Left, 7, region_slots,
                 [](const Region& r, const Region&) { return r.occupancy; }},
    RegionColumn{"missed", "MISSED", 6, Align::Right, 8,
                 [](const Region& r, const Region&, const Look&) {
                     return count_text(r.missed, is_topic(r));
                 },
                 [](const Region& r, const Region&) { return double(r.missed); }},
    RegionColumn{"holds", "HOLD", 4, Align::Right, 9,
                 [](const Region& r, const Region&, const Look&) {
                     return count_text(r.holds, is_topic(r));
                 },
                 [](const Region& r, const Region&) { return double(r.holds); }},
    RegionColumn{"asleep", "SLEEP", 5, Align::Right, 10, region_asleep,
                 [](const Region& r, const Region&) { return double(r.asleep); }},
    RegionColumn{
        "memory", "MEMORY", 7, Align::Right, 12,
        [](const Region& r, const Region&, const Look&) { return format_size(r.region.bytes); },
        [](const Region& r, const Region&) { return double(r.region.bytes); }},
    RegionColumn{"slowest", "SLOWEST", 26, Align::Left, 11, region_standout, nullptr},
};

std::string attachment_state(const AttachmentReading& one, const Region&, const Look&) {
    if (!one.active()) return std::string{to_string(one.info.state)};
    if (one.info.waiting) return "waiting";
    return one.info.asleep ? "asleep" : "awake";
}

std::string attachment_slots(const AttachmentReading& one, const Region& region, const Look& look) {
    if (!is_subscriber(one) || region.slots == 0) return "";
    return bar(static_cast<double>(one.furthest) / region.slots, bar_width, look.signs);
}

std::string attachment_lock(const AttachmentReading& one, const Region&, const Look&) {
    if (!one.info.holding) return "";
    return one.info.role == Role::Writer ? "held" : "reads";
}

using One = AttachmentReading;

// What attachments of any kind have.
constexpr AttachmentColumn id_column{
    "id",
    "ID",
    3,
    Align::Right,
    0,
    [](const One& one, const Region&, const Look&) { return fmt::format("{}", one.info.id); },
    [](const One& one, const Region&) { return -double(one.info.id); }};
constexpr AttachmentColumn role_column{"role",
                                       "ROLE",
                                       10,
                                       Align::Left,
                                       1,
                                       [](const One& one, const Region&, const Look&) {
                                           return std::string{to_string(one.info.role)};
                                       },
                                       nullptr};
constexpr AttachmentColumn state_column{"state", "STATE",          8,      Align::Left,
                                        2,       attachment_state, nullptr};
constexpr AttachmentColumn pid_column{
    "pid",
    "PID",
    7,
    Align::Right,
    3,
    [](const One& one, const Region&, const Look&) { return fmt::format("{}", one.info.pid); },
    [](const One& one, const Region&) { return double(one.info.pid); }};
constexpr AttachmentColumn command_column{
    "command",
    "COMMAND",
    12,
    Align::Left,
    4,
    [](const One& one, const Region&, const Look& look) { return look.people.command(one.info); },
    nullptr};
constexpr AttachmentColumn user_column{
    "user",
    "USER",
    9,
    Align::Left,
    9,
    [](const One& one, const Region&, const Look& look) { return look.people.user(one.info.uid); },
    nullptr};
constexpr AttachmentColumn rate_column{"rate",
                                       "RATE/s",
                                       7,
                                       Align::Right,
                                       5,
                                       rate_cell<One, &Rate::items>,
                                       rate_order<One, &Rate::items>};
constexpr AttachmentColumn bytes_column{"bytes",
                                        "BYTES/s",
                                        7,
                                        Align::Right,
                                        12,
                                        rate_cell<One, &Rate::bytes>,
                                        rate_order<One, &Rate::bytes>};
constexpr AttachmentColumn memory_column{
    "memory",
    "MEMORY",
    7,
    Align::Right,
    14,
    [](const One& one, const Region&, const Look&) { return format_size(one.info.memory); },
    [](const One& one, const Region&) { return double(one.info.memory); }};

constexpr std::array topic_table{
    id_column,
    role_column,
    state_column,
    pid_column,
    command_column,
    user_column,
    rate_column,
    bytes_column,
    AttachmentColumn{"lag", "LAG", 6, Align::Right, 6,
                     [](const One& one, const Region&, const Look&) {
                         return count_text(one.lag, is_subscriber(one));
                     },
                     [](const One& one, const Region&) { return double(one.lag); }},
    AttachmentColumn{"slots", "SLOTS", bar_width, Align::Left, 7, attachment_slots,
                     [](const One& one, const Region&) { return double(one.furthest); }},
    AttachmentColumn{"missed", "MISSED", 6, Align::Right, 8,
                     [](const One& one, const Region&, const Look&) {
                         return count_text(one.info.missed, is_subscriber(one));
                     },
                     [](const One& one, const Region&) { return double(one.info.missed); }},
    AttachmentColumn{"holds", "HOLD", 4, Align::Right, 10,
                     [](const One& one, const Region&, const Look&) {
                         return count_text(one.info.holds, is_subscriber(one));
                     },
                     [](const One& one, const Region&) { return double(one.info.holds); }},
    AttachmentColumn{"stalls", "STALLS", 6, Align::Right, 11,
                     [](const One& one, const Region&, const Look&) {
                         return count_text(one.info.stalls, !is_subscriber(one));
                     },
                     [](const One& one, const Region&) { return double(one.info.stalls); }},
    memory_column,
};

constexpr std::array service_table{
    id_column,
    role_column,
    state_column,
    pid_column,
    command_column,
    user_column,
    rate_column,
    AttachmentColumn{"flight", "FLIGHT", 6, Align::Right, 6,
                     [](const One& one, const Region&, const Look&) {
                         return compact(double(one.info.in_flight));
                     },
                     [](const One& one, const Region&) { return double(one.info.in_flight); }},
    AttachmentColumn{"requests", "REQUESTS", 8, Align::Right, 7,
                     [](const One& one, const Region&, const Look&) {
                         return compact(double(one.info.requests));
                     },
                     [](const One& one, const Region&) { return double(one.info.requests); }},
    AttachmentColumn{"refused", "REFUSED", 7, Align::Right, 8,
                     [](const One& one, const Region&, const Look&) {
                         return compact(double(one.info.refused));
                     },
                     [](const One& one, const Region&) { return double(one.info.refused); }},
    memory_column};

constexpr std::array raw_table{
    id_column,
    role_column,
    state_column,
    pid_column,
    command_column,
    user_column,
    rate_column,
    AttachmentColumn{
        "locks", "LOCKS", 7, Align::Right, 7,
        [](const One& one, const Region&, const Look&) { return compact(double(one.info.locks)); },
        [](const One& one, const Region&) { return double(one.info.locks); }},
    AttachmentColumn{
        "waits", "WAITS", 7, Align::Right, 8,
        [](const One& one, const Region&, const Look&) { return compact(double(one.info.waits)); },
        [](const One& one, const Region&) { return double(one.info.waits); }},
    AttachmentColumn{"lock", "LOCK", 5, Align::Left, 6, attachment_lock,
                     [](const One& one, const Region&) { return one.info.holding ? 1.0 : 0.0; }},
};

}  // namespace

std::span<const RegionColumn> region_columns() noexcept { return region_table; }

std::span<const AttachmentColumn> attachment_columns(Kind kind) noexcept {
    switch (kind) {
        case Kind::Raw:
            return raw_table;
        case Kind::Service:
            return service_table;
        case Kind::Topic:
            break;
    }
    return topic_table;
}

std::string_view items_of(Kind kind) noexcept {
    switch (kind) {
        case Kind::Raw:
            return "locks";
        case Kind::Service:
            return "requests";
        case Kind::Topic:
            break;
    }
    return "samples";
}

std::string compact(double value) {
    if (value < 1'000'000) return fmt::format("{:.0f}", value);
    return format_decimal(value);
}

std::string elapsed(std::chrono::seconds time) {
    const auto total = time.count();
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t hour = 60 * minute;
    constexpr std::int64_t day = 24 * hour;
    if (total < minute) return fmt::format("{}s", total);
    if (total < hour) return fmt::format("{}m{:02}s", total / minute, total % minute);
    if (total < day) return fmt::format("{}h{:02}m", total / hour, total % hour / minute);
    return fmt::format("{}d{:02}h", total / day, total % day / hour);
}

}  // namespace ctl
