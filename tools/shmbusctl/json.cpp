#include "json.hpp"

#include <fmt/format.h>

#include "accounts.hpp"
#include "failure.hpp"
#include "process.hpp"
#include "words.hpp"

namespace ctl {
namespace {

Json lanes_json(const std::vector<bus::LaneInfo>& lanes) {
    auto array = Json::array();
    for (const auto& lane : lanes)
        array.push_back({{"publisher", lane.publisher}, {"lag", lane.lag}});
    return array;
}

void add_topic(Json& json, const bus::RegionStatus& status) {
    const auto& options = status.options;
    json["size"] = options.size;
    json["alignment"] = options.alignment;
    json["slots"] = status.slots;
    json["slot_stride"] = status.slot_stride;
    json["history"] = options.history;
    json["overflow"] = to_string(options.overflow);
    json["fence"] = to_string(options.fence);
    json["patience_ns"] = options.patience.count();
    json["max_publishers"] = options.publishers;
    json["max_subscribers"] = options.subscribers;
    json["max_holds"] = options.holds;
}

void add_service(Json& json, const bus::RegionStatus& status) {
    const auto& options = status.service;
    json["alignment"] = options.alignment;
    json["slots"] = status.slots;
    json["slot_stride"] = status.slot_stride;
    json["fence"] = to_string(options.fence);
    json["depth"] = options.depth;
    json["max_clients"] = options.clients;
    json["max_standbys"] = options.standbys;
}

void add_raw(Json& json, const bus::RegionStatus& status) {
    json["generation"] = status.generation;
    json["fence"] = to_string(status.raw.fence);
    json["max_writers"] = status.raw.writers;
    json["max_readers"] = status.raw.readers;
}

void add_options(Json& json, const bus::RegionStatus& status) {
    if (status.region.kind == bus::Kind::Topic) return add_topic(json, status);
    if (status.region.kind == bus::Kind::Service) return add_service(json, status);
    add_raw(json, status);
}

void add_counters(Json& json, const bus::AttachmentInfo& attachment) {
    switch (attachment.role) {
        case bus::Role::Publisher:
            json["stalls"] = attachment.stalls;
            break;
        case bus::Role::Subscriber:
            json["missed"] = attachment.missed;
            json["holds"] = attachment.holds;
            json["lanes"] = lanes_json(attachment.lanes);
            break;
        case bus::Role::Writer:
        case bus::Role::Reader:
            json["holding"] = attachment.holding;
            json["waiting"] = attachment.waiting;
            json["locks"] = attachment.locks;
            json["waits"] = attachment.waits;
            break;
        case bus::Role::Server:
        case bus::Role::Client:
            json["requests"] = attachment.requests;
            json["responded"] = attachment.responded;
            json["refused"] = attachment.refused;
            json["in_flight"] = attachment.in_flight;
            break;
    }
}

}  // namespace

JsonStyle parse_json_style(std::string_view text) {
    if (text == "off") return JsonStyle::Off;
    if (text == "short") return JsonStyle::Short;
    if (text == "pretty") return JsonStyle::Pretty;
    throw Failure{fmt::format("--json={}", text), "must be short, pretty or off"};
}

Json to_json(const bus::RegionInfo& region) {
    return {{"name", region.name},
            {"kind", to_string(region.kind)},
            {"type", region.type},
            {"size", region.size},
            {"publishers", region.publishers},
            {"subscribers", region.subscribers},
            {"memory", region.bytes},
            {"uid", region.owner},
            {"owner", user_name(region.owner)},
            {"mode", fmt::format("{:04o}", region.mode)}};
}

Json to_json(const bus::AttachmentInfo& attachment) {
    Json json{{"id", attachment.id},
              {"role", to_string(attachment.role)},
              {"state", to_string(attachment.state)},
              {"pid", attachment.pid},
              {"uid", attachment.uid},
              {"user", user_name(attachment.uid)},
              {"command", command_name(attachment.pid)},
              {"peer", attachment.peer},
              {"asleep", attachment.asleep}};
    if (attachment.role == bus::Role::Publisher || attachment.role == bus::Role::Subscriber) {
        json["samples"] = attachment.samples;
        json["bytes"] = attachment.bytes;
    }
    json["memory"] = attachment.memory;
    add_counters(json, attachment);
    return json;
}

Json to_json(const bus::RegionStatus& status) {
    auto json = to_json(status.region);
    add_options(json, status);
    auto attachments = Json::array();
    for (const auto& attachment : status.attachments) attachments.push_back(to_json(attachment));
    json["attachments"] = std::move(attachments);
    return json;
}

Json to_json(const bus::Access& access, std::string_view region) {
    auto users = Json::array();
    for (const auto& [uid, rights] : access.users)
        users.push_back({{"user", user_name(uid)}, {"uid", uid}, {"rights", to_string(rights)}});
    auto groups = Json::array();
    for (const auto& [gid, rights] : access.groups)
        groups.push_back({{"group", group_name(gid)}, {"gid", gid}, {"rights", to_string(rights)}});
    return {{"region", region},          {"owner", user_name(access.owner)},
            {"uid", access.owner},       {"group", group_name(access.group)},
            {"gid", access.group},       {"mode", fmt::format("{:04o}", access.mode)},
            {"users", std::move(users)}, {"groups", std::move(groups)}};
}

Json to_json(const bus::Quota& quota) {
    const auto limit = [](std::uint64_t value) {
        return value == bus::unlimited ? Json{} : Json(value);
    };
    return {{"user", user_name(quota.user)},
            {"uid", quota.user},
            {"regions", quota.used.regions},
            {"attachments", quota.used.attachments},
            {"bytes", quota.used.bytes},
            {"max_regions", limit(quota.limits.regions)},
            {"max_attachments", limit(quota.limits.attachments)},
            {"max_bytes", limit(quota.limits.bytes)}};
}

Json to_json(const bus::Event& event, std::string_view time) {
    Json json{{"time", time}, {"region", event.region}, {"event", to_string(event.what)}};
    if (event.attachment == 0) return json;
    json["attachment"] = event.attachment;
    json["role"] = to_string(event.role);
    json["pid"] = event.pid;
    json["uid"] = event.uid;
    json["user"] = user_name(event.uid);
    return json;
}

std::string json_text(const Json& json, JsonStyle style) {
    const int indent = style == JsonStyle::Pretty ? 4 : -1;
    return json.dump(indent, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace ctl
