#include "status_text.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "accounts.hpp"
#include "facts.hpp"
#include "process.hpp"
#include "quantity.hpp"

namespace ctl {
namespace {

using bus::AttachmentInfo;
using bus::Kind;
using bus::RegionStatus;
using bus::Role;
using Cells = std::vector<std::string>;

std::string number(std::uint64_t value) { return fmt::format("{}", value); }
std::string yes_or_no(bool value) { return value ? "yes" : "no"; }
std::string of_at_most(std::uint32_t now, std::uint32_t most) {
    return fmt::format("{} of at most {}", now, most);
}
bool is_active(const AttachmentInfo& attachment) { return attachment.state == bus::State::Active; }

std::string access_text(const bus::Access& access) {
    auto text = fmt::format("{:04o}, owner {}, group {}", access.mode, user_name(access.owner),
                            group_name(access.group));
    for (const auto& [uid, rights] : access.users)
        text += fmt::format(", user {}:{}", user_name(uid), to_string(rights));
    for (const auto& [gid, rights] : access.groups)
        text += fmt::format(", group {}:{}", group_name(gid), to_string(rights));
    return text;
}

std::string overflow_text(const bus::TopicOptions& topic) {
    if (topic.overflow != bus::Overflow::Block) return std::string{to_string(topic.overflow)};
    if (topic.patience.count() == 0) return "block";
    return fmt::format("block, evicts a subscriber after {}", format_time(topic.patience));
}

std::string slots_text(const RegionStatus& status, const char* of_whom) {
    return fmt::format("{} of {} bytes for each {}", status.slots, status.slot_stride, of_whom);
}

std::vector<Fact> topic_facts(const RegionStatus& status) {
    const auto& region = status.region;
    const auto& topic = status.options;
    return {{"Sample", fmt::format("up to {}, aligned to {}", format_size(topic.size),
                                   format_size(topic.alignment))},
            {"Slots", slots_text(status, "publisher")},
            {"History", number(topic.history)},
            {"Overflow", overflow_text(topic)},
            {"Publishers", of_at_most(region.publishers, topic.publishers)},
            {"Subscribers",
             fmt::format("{} of at most {}, each may hold {} of a publisher", region.subscribers,
                         topic.subscribers, counted(topic.holds, "sample"))},
            {"Fence", std::string{to_string(topic.fence)}}};
}

// One as others are told of it.
std::string mention(const AttachmentInfo& attachment) {
    return fmt::format("{} ({}, process {})", attachment.id, command_name(attachment.pid),
                       attachment.pid);
}

std::vector<Fact> service_facts(const RegionStatus& status) {
    const auto& service = status.service;
    std::uint32_t standbys = 0;
    std::uint64_t in_flight = 0;
    std::string server = "none";
    for (const auto& attachment : status.attachments) {
        if (attachment.state == bus::State::Standby) ++standbys;
        if (attachment.role == Role::Client) in_flight += attachment.in_flight;
        if (attachment.role == Role::Server && is_active(attachment)) server = mention(attachment);
    }
    return {{"Request", fmt::format("up to {}, aligned to {}; its response the same",
                                    format_size(service.size), format_size(service.alignment))},
            {"Slots", slots_text(status, "client")},
            {"Server", server},
            {"Standbys", of_at_most(standbys, service.standbys)},
            {"Clients", of_at_most(status.region.subscribers, service.clients)},
            {"In flight", counted(in_flight, "request")},
            {"Fence", std::string{to_string(service.fence)}}};
}

std::string mention_all(const std::vector<const AttachmentInfo*>& attachments) {
    std::string text;
    for (const auto* attachment : attachments)
        text += (text.empty() ? "" : ", ") + mention(*attachment);
    return text;
}

// Who has the lock, or reads under it. Where a writer and readers are told, it waits until they
// leave.
std::string lock_text(const RegionStatus& status) {
    std::vector<const AttachmentInfo*> writing;
    std::vector<const AttachmentInfo*> reading;
    for (const auto& attachment : status.attachments)
        if (attachment.holding)
            (attachment.role == Role::Writer ? writing : reading).push_back(&attachment);
    if (writing.empty() && reading.empty()) return "free";
    if (writing.empty()) return "read by " + mention_all(reading);
    if (reading.empty()) return "held by " + mention_all(writing);
    return fmt::format("read by {}, next for {}", mention_all(reading), mention_all(writing));
}

std::string waiting_text(const RegionStatus& status) {
    std::vector<const AttachmentInfo*> waiting;
    for (const auto& attachment : status.attachments)
        if (attachment.waiting) waiting.push_back(&attachment);
    return waiting.empty() ? "nobody" : mention_all(waiting);
}

std::vector<Fact> raw_facts(const RegionStatus& status) {
    return {{"Size",
             fmt::format("{}, generation {}", format_size(status.region.size), status.generation)},
            {"Lock", lock_text(status)},
            {"Waiting", waiting_text(status)},
            {"Writers", of_at_most(status.region.publishers, status.raw.writers)},
            {"Readers", of_at_most(status.region.subscribers, status.raw.readers)},
            {"Fence", std::string{to_string(status.raw.fence)}}};
}

std::vector<Fact> facts_of(const RegionStatus& status) {
    const auto& region = status.region;
    std::vector<Fact> facts{{"Region", region.name},
                            {"Kind", std::string{to_string(region.kind)}},
                            {"Type", region.type.empty() ? "any" : region.type}};
    auto own = region.kind == Kind::Raw       ? raw_facts(status)
               : region.kind == Kind::Service ? service_facts(status)
                                              : topic_facts(status);
    for (auto& fact : own) facts.push_back(std::move(fact));
    facts.push_back({"Memory", format_size(region.bytes)});
    facts.push_back({"Access", access_text(status.access)});
    return facts;
}

// A kind's own columns, between those that all have.
struct Columns {
    std::vector<Column> titles;
    Cells (*cells)(const AttachmentInfo&);
};

Cells topic_cells(const AttachmentInfo& attachment) {
    const bool subscriber = attachment.role == Role::Subscriber;
    std::uint64_t lag = 0;
    for (const auto& lane : attachment.lanes) lag += lane.lag;
    const auto of_subscriber = [&](std::uint64_t value) {
        return subscriber ? number(value) : std::string{};
    };
    return {number(attachment.samples), format_size(attachment.bytes), of_subscriber(lag),
            of_subscriber(attachment.missed), of_subscriber(attachment.holds)};
}

Cells raw_cells(const AttachmentInfo& attachment) {
    const bool writer = attachment.role == Role::Writer;
    const auto* lock = attachment.waiting    ? "waits"
                       : !attachment.holding ? ""
                       : writer              ? "holds"
                                             : "reads";
    return {lock, number(attachment.locks), number(attachment.waits)};
}

Cells service_cells(const AttachmentInfo& attachment) {
    return {number(attachment.requests), number(attachment.responded), number(attachment.refused),
            number(attachment.in_flight)};
}

const Columns& columns_of(Kind kind) {
    static const Columns topic{{{"SAMPLES", Align::Right},
                                {"BYTES", Align::Right},
                                {"LAG", Align::Right},
                                {"MISSED", Align::Right},
                                {"HOLDS", Align::Right}},
                               topic_cells};
    static const Columns raw{{{"LOCK"}, {"LOCKS", Align::Right}, {"WAITS", Align::Right}},
                             raw_cells};
    static const Columns service{{{"REQUESTS", Align::Right},
                                  {"ANSWERED", Align::Right},
                                  {"REFUSED", Align::Right},
                                  {"IN FLIGHT", Align::Right}},
                                 service_cells};
    return kind == Kind::Raw ? raw : kind == Kind::Service ? service : topic;
}

std::vector<Column> titles_of(const Columns& columns) {
    std::vector<Column> titles{{"ID", Align::Right},  {"ROLE"}, {"STATE"},
                               {"PID", Align::Right}, {"USER"}, {"COMMAND"}};
    titles.insert(titles.end(), columns.titles.begin(), columns.titles.end());
    titles.push_back({"ASLEEP"});
    titles.push_back({"MEMORY", Align::Right});
    return titles;
}

Cells row_of(const AttachmentInfo& attachment, const Columns& columns) {
    const bool active = is_active(attachment);
    // The number of one that has gone may be another process's by now.
    const bool there = active || attachment.state == bus::State::Standby;
    Cells row{number(attachment.id),
              std::string{to_string(attachment.role)},
              std::string{to_string(attachment.state)},
              fmt::format("{}", attachment.pid),
              user_name(attachment.uid),
              there ? command_name(attachment.pid) : ""};
    for (auto& cell : columns.cells(attachment)) row.push_back(std::move(cell));
    row.push_back(active ? yes_or_no(attachment.asleep) : "");
    row.push_back(format_size(attachment.memory));
    return row;
}

}  // namespace

std::string status_text(const RegionStatus& status, Legend legend) {
    const auto& columns = columns_of(status.region.kind);
    Table table{titles_of(columns)};
    for (const auto& attachment : status.attachments) table.add(row_of(attachment, columns));
    auto text = text_of(facts_of(status));
    if (table.rows() > 0) text += '\n' + table.text(legend);
    if (legend == Legend::Shown)
        text += fmt::format("\n{} listed.\n", counted(table.rows(), "attachment"));
    return text;
}

}  // namespace ctl
