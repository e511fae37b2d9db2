#include "bus_metrics.hpp"

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace ctl {
namespace {

using bus::Role;

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>{time}.count();
}

void expose_up(Exposition& out, std::uint64_t up) {
    out.begin(MetricType::Gauge, "shmbus_up", "", "Whether shmbusd answered.");
    out.add({}, up);
}

void one(Exposition& out, MetricType type, std::string_view name, std::string_view unit,
         std::string_view help, auto value) {
    out.begin(type, name, unit, help);
    out.add({}, value);
}

void expose_daemon(Exposition& out, const bus::DaemonInfo& daemon) {
    out.begin(MetricType::Info, "shmbus_build", "", "Version of shmbusd.");
    out.add({{"version", daemon.version}}, std::uint64_t{1});
    one(out, MetricType::Gauge, "shmbus_daemon_start_time_seconds", "seconds",
        "Start of shmbusd, since 1970.", seconds(daemon.started.time_since_epoch()));
    one(out, MetricType::Counter, "shmbus_daemon_cpu_seconds", "seconds",
        "Time of processors that shmbusd has used.", seconds(daemon.cpu));
    one(out, MetricType::Gauge, "shmbus_daemon_resident_memory_bytes", "bytes",
        "Resident memory of shmbusd, pages of regions that it has looked at among it.",
        daemon.memory);
    one(out, MetricType::Gauge, "shmbus_daemon_open_fds", "", "Descriptors that shmbusd has open.",
        daemon.descriptors);
    one(out, MetricType::Gauge, "shmbus_daemon_max_fds", "",
        "Descriptors that shmbusd may have open.", daemon.descriptor_limit);
    if (daemon.restarts)
        one(out, MetricType::Counter, "shmbus_daemon_restarts", "",
            "Times that systemd started shmbusd again by itself.", *daemon.restarts);
}

void expose_service(Exposition& out, const bus::DaemonInfo& daemon) {
    const auto gauge = [&](std::string_view name, std::string_view unit, std::string_view help,
                           std::uint64_t value) {
        one(out, MetricType::Gauge, name, unit, help, value);
    };
    gauge("shmbus_regions", "", "Regions.", daemon.used.regions);
    gauge("shmbus_regions_max", "", "Regions that there may be.", daemon.limits.regions);
    gauge("shmbus_attachments", "", "Attachments.", daemon.used.attachments);
    gauge("shmbus_attachments_max", "", "Attachments that there may be.",
          daemon.limits.attachments);
    gauge("shmbus_memory_bytes", "bytes", "Memory of all segments and rosters.", daemon.used.bytes);
    gauge("shmbus_memory_max_bytes", "bytes", "Memory that they may have.", daemon.limits.bytes);
}

void expose_quotas(Exposition& out, const std::vector<bus::Quota>& quotas, People& people) {
    const auto family = [&](std::string_view name, std::string_view unit, std::string_view help,
                            std::uint64_t bus::Resources::*what, bus::Resources bus::Quota::*side) {
        out.begin(MetricType::Gauge, name, unit, help);
        for (const auto& quota : quotas)
            if ((quota.*side).*what != bus::unlimited)
                out.add({{"user", people.user(quota.user)}}, (quota.*side).*what);
    };
    using bus::Quota;
    using bus::Resources;
    family("shmbus_user_regions", "", "Regions that a user owns.", &Resources::regions,
           &Quota::used);
    family("shmbus_user_regions_max", "", "Regions that a user may own.", &Resources::regions,
           &Quota::limits);
    family("shmbus_user_attachments", "", "Attachments of a user.", &Resources::attachments,
           &Quota::used);
    family("shmbus_user_attachments_max", "", "Attachments that a user may have.",
           &Resources::attachments, &Quota::limits);
    family("shmbus_user_memory_bytes", "bytes", "Memory charged to a user.", &Resources::bytes,
           &Quota::used);
    family("shmbus_user_memory_max_bytes", "bytes", "Memory that may be charged to a user.",
           &Resources::bytes, &Quota::limits);
}

// What those are called who take part: the roles of the kind.
std::pair<Role, Role> roles_of(bus::Kind kind) noexcept {
    switch (kind) {
        case bus::Kind::Raw:
            return {Role::Writer, Role::Reader};
        case bus::Kind::Service:
            return {Role::Server, Role::Client};
        case bus::Kind::Topic:
            break;
    }
    return {Role::Publisher, Role::Subscriber};
}

void expose_regions(Exposition& out, const bus::Activity& activity, People& people) {
    out.begin(MetricType::Info, "shmbus_region", "", "A region.");
    for (const auto& [region, slots, attachments] : activity.regions)
        out.add({{"region", region.name},
                 {"kind", std::string{to_string(region.kind)}},
                 {"type", region.type},
                 {"owner", people.user(region.owner)}},
                std::uint64_t{1});
    out.begin(MetricType::Gauge, "shmbus_region_memory_bytes", "bytes",
              "Memory of a region's segments and roster.");
    for (const auto& [region, slots, attachments] : activity.regions)
        out.add({{"region", region.name}}, region.bytes);
    out.begin(MetricType::Gauge, "shmbus_region_slots", "",
              "Slots in each publisher's ring, or in each client's exchange.");
    for (const auto& [region, slots, attachments] : activity.regions)
        if (slots != 0) out.add({{"region", region.name}}, std::uint64_t{slots});
    out.begin(MetricType::Gauge, "shmbus_region_attachments", "",
              "Attachments that take part in a region.");
    for (const auto& [region, slots, attachments] : activity.regions) {
        const auto [leading, following] = roles_of(region.kind);
        out.add({{"region", region.name}, {"role", std::string{to_string(leading)}}},
                std::uint64_t{region.publishers});
        out.add({{"region", region.name}, {"role", std::string{to_string(following)}}},
                std::uint64_t{region.subscribers});
    }
}

// A family with a sample for each attachment that has this figure.
template <class Has, class Value>
void each(Exposition& out, const bus::Activity& activity, MetricType type, std::string_view name,
          std::string_view unit, std::string_view help, Has has, Value value) {
    out.begin(type, name, unit, help);
    for (const auto& [region, slots, attachments] : activity.regions)
        for (const auto& info : attachments)
            if (has(info))
                out.add({{"region", region.name},
                         {"attachment", fmt::format("{}", info.id)},
                         {"role", std::string{to_string(info.role)}}},
                        static_cast<std::uint64_t>(value(info)));
}

auto has_role(std::initializer_list<Role> roles) {
    return [roles = std::vector<Role>{roles}](const bus::AttachmentInfo& info) {
        return std::find(roles.begin(), roles.end(), info.role) != roles.end();
    };
}

std::uint64_t lag_of(const bus::AttachmentInfo& info) {
    std::uint64_t lag = 0;
    for (const auto& lane : info.lanes) lag += lane.lag;
    return lag;
}

void expose_members(Exposition& out, const bus::Activity& activity, People& people) {
    out.begin(MetricType::Info, "shmbus_attachment", "", "Who is in a region.");
    for (const auto& [region, slots, attachments] : activity.regions)
        for (const auto& info : attachments)
            out.add({{"region", region.name},
                     {"attachment", fmt::format("{}", info.id)},
                     {"role", std::string{to_string(info.role)}},
                     {"state", std::string{to_string(info.state)}},
                     {"pid", fmt::format("{}", info.pid)},
                     {"command", people.command(info)},
                     {"user", people.user(info.uid)}},
                    std::uint64_t{1});
    const auto anyone = [](const bus::AttachmentInfo&) { return true; };
    const auto active = [](const bus::AttachmentInfo& info) {
        return info.state == bus::State::Active;
    };
    each(out, activity, MetricType::Gauge, "shmbus_attachment_memory_bytes", "bytes",
         "Memory of an attachment's segment.", anyone, [](auto& info) { return info.memory; });
    each(out, activity, MetricType::Gauge, "shmbus_attachment_asleep", "",
         "Whether it slept at the moment of reading.", active,
         [](auto& info) { return info.asleep; });
}

void expose_topics(Exposition& out, const bus::Activity& activity) {
    const auto both = has_role({Role::Publisher, Role::Subscriber});
    const auto subscribers = has_role({Role::Subscriber});
    each(out, activity, MetricType::Counter, "shmbus_attachment_samples", "",
         "Samples published, or taken.", both, [](auto& info) { return info.samples; });
    each(out, activity, MetricType::Counter, "shmbus_attachment_sample_bytes", "bytes",
         "Bytes published, or taken.", both, [](auto& info) { return info.bytes; });
    each(out, activity, MetricType::Counter, "shmbus_attachment_stalls", "",
         "Times that a publisher found no room.", has_role({Role::Publisher}),
         [](auto& info) { return info.stalls; });
    each(out, activity, MetricType::Counter, "shmbus_attachment_missed_samples", "",
         "Samples overwritten before a subscriber took them.", subscribers,
         [](auto& info) { return info.missed; });
    each(out, activity, MetricType::Gauge, "shmbus_attachment_lag_samples", "",
         "Samples published and not yet taken by a subscriber.", subscribers, lag_of);
    each(out, activity, MetricType::Gauge, "shmbus_attachment_held_samples", "",
         "Samples that a subscriber keeps in use.", subscribers,
         [](auto& info) { return info.holds; });
}

void expose_raw(Exposition& out, const bus::Activity& activity) {
    const auto both = has_role({Role::Writer, Role::Reader});
    each(out, activity, MetricType::Counter, "shmbus_attachment_locks", "",
         "Times that it got the lock.", both, [](auto& info) { return info.locks; });
    each(out, activity, MetricType::Counter, "shmbus_attachment_lock_waits", "",
         "Times that it had to wait for the lock.", both, [](auto& info) { return info.waits; });
    each(out, activity, MetricType::Gauge, "shmbus_attachment_lock_holding", "",
         "Whether it has the lock.", both, [](auto& info) { return info.holding; });
    each(out, activity, MetricType::Gauge, "shmbus_attachment_lock_waiting", "",
         "Whether it sleeps for want of the lock.", both, [](auto& info) { return info.waiting; });
}

void expose_services(Exposition& out, const bus::Activity& activity) {
    const auto both = has_role({Role::Server, Role::Client});
    each(out, activity, MetricType::Counter, "shmbus_attachment_requests", "",
         "Requests that a client sent, or a server took.", both,
         [](auto& info) { return info.requests; });
    each(out, activity, MetricType::Counter, "shmbus_attachment_responses", "",
         "Requests that got a response.", both, [](auto& info) { return info.responded; });
    each(out, activity, MetricType::Counter, "shmbus_attachment_refusals", "",
         "Requests that the server refused.", both, [](auto& info) { return info.refused; });
    each(out, activity, MetricType::Gauge, "shmbus_attachment_requests_in_flight", "",
         "Requests without an answer.", both, [](auto& info) { return info.in_flight; });
}

}  // namespace

void expose_absence(Exposition& exposition) { expose_up(exposition, 0); }

void expose(Exposition& exposition, const bus::Activity& activity,
            const std::vector<bus::Quota>& quotas, People& people) {
    expose_up(exposition, 1);
    expose_daemon(exposition, activity.daemon);
    expose_service(exposition, activity.daemon);
    expose_quotas(exposition, quotas, people);
    expose_regions(exposition, activity, people);
    expose_members(exposition, activity, people);
    expose_topics(exposition, activity);
    expose_services(exposition, activity);
    expose_raw(exposition, activity);
}

}  // namespace ctl
