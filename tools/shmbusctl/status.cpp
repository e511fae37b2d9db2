#include <algorithm>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "accounts.hpp"
#include "globals.hpp"
#include "process.hpp"
#include "quantity.hpp"
#include "verb.hpp"
#include "words.hpp"

namespace ctl {
namespace {

struct Fact {
    std::string name;
    std::string value;
};

// As systemctl status has it: names to the right, values to the left of one colon.
std::string text_of(const std::vector<Fact>& facts) {
    std::size_t width = 0;
    for (const auto& fact : facts) width = std::max(width, fact.name.size());
    std::string text;
    for (const auto& [name, value] : facts) text += fmt::format("{:>{}}: {}\n", name, width, value);
    return text;
}

std::string slots_text(const bus::RegionStatus& status) {
    return fmt::format("{} of {} bytes for each publisher", status.slots, status.slot_stride);
}

std::string overflow_text(const bus::TopicOptions& topic) {
    if (topic.overflow != bus::Overflow::Block) return std::string{to_string(topic.overflow)};
    if (topic.patience.count() == 0) return "block";
    return fmt::format("block, evicts a subscriber after {}", format_time(topic.patience));
}

std::string access_text(const bus::Access& access) {
    auto text = fmt::format("{:04o}, owner {}, group {}", access.mode, user_name(access.owner),
                            group_name(access.group));
    for (const auto& [uid, rights] : access.users)
        text += fmt::format(", user {}:{}", user_name(uid), to_string(rights));
    for (const auto& [gid, rights] : access.groups)
        text += fmt::format(", group {}:{}", group_name(gid), to_string(rights));
    return text;
}

std::vector<Fact> facts_of(const bus::RegionStatus& status) {
    const auto& region = status.region;
    const auto& topic = status.options;
    return {{"Region", region.name},
            {"Kind", std::string{to_string(region.kind)}},
            {"Type", region.type.empty() ? "any" : region.type},
            {"Sample", fmt::format("up to {}, aligned to {}", format_size(topic.size),
                                   format_size(topic.alignment))},
            {"Slots", slots_text(status)},
            {"History", fmt::format("{}", topic.history)},
            {"Overflow", overflow_text(topic)},
            {"Publishers", fmt::format("{} of at most {}", region.publishers, topic.publishers)},
            {"Subscribers",
             fmt::format("{} of at most {}, each may hold {} of a publisher", region.subscribers,
                         topic.subscribers, counted(topic.holds, "sample"))},
            {"Fence", std::string{to_string(topic.fence)}},
            {"Memory", format_size(region.bytes)},
            {"Access", access_text(status.access)}};
}

std::vector<std::string> row_of(const bus::AttachmentInfo& attachment) {
    const bool subscriber = attachment.role == bus::Role::Subscriber;
    std::uint64_t lag = 0;
    for (const auto& lane : attachment.lanes) lag += lane.lag;
    const auto of_subscriber = [&](std::uint64_t value) {
        return subscriber ? fmt::format("{}", value) : std::string{};
    };
    const bool active = attachment.state == bus::State::Active;
    return {fmt::format("{}", attachment.id),
            std::string{to_string(attachment.role)},
            std::string{to_string(attachment.state)},
            fmt::format("{}", attachment.pid),
            user_name(attachment.uid),
            active ? command_name(attachment.pid) : "",  // else the number may be another's by now
            fmt::format("{}", attachment.samples),
            format_size(attachment.bytes),
            of_subscriber(lag),
            of_subscriber(attachment.missed),
            of_subscriber(attachment.holds),
            active ? (attachment.asleep ? "yes" : "no") : "",
            format_size(attachment.memory)};
}

std::string text_of(const bus::RegionStatus& status, Legend legend) {
    Table table{{{"ID", Align::Right},
                 {"ROLE"},
                 {"STATE"},
                 {"PID", Align::Right},
                 {"USER"},
                 {"COMMAND"},
                 {"SAMPLES", Align::Right},
                 {"BYTES", Align::Right},
                 {"LAG", Align::Right},
                 {"MISSED", Align::Right},
                 {"HOLDS", Align::Right},
                 {"ASLEEP"},
                 {"MEMORY", Align::Right}}};
    for (const auto& attachment : status.attachments) table.add(row_of(attachment));
    auto text = text_of(facts_of(status));
    if (table.rows() > 0) text += '\n' + table.text(legend);
    if (legend == Legend::Shown)
        text += fmt::format("\n{} listed.\n", counted(table.rows(), "attachment"));
    return text;
}

struct Totals {
    std::uint64_t regions = 0;
    std::uint64_t publishers = 0;
    std::uint64_t subscribers = 0;
    std::uint64_t memory = 0;
};

Totals totals_of(const std::vector<bus::RegionInfo>& regions) {
    Totals totals{.regions = regions.size()};
    for (const auto& region : regions) {
        totals.publishers += region.publishers;
        totals.subscribers += region.subscribers;
        totals.memory += region.bytes;
    }
    return totals;
}

class Status final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("REGION", name_, "The region; without it, the daemon itself")->type_name("");
    }

    int run(const Globals& globals) override {
        auto connection = globals.connect();
        if (name_.empty())
            show_daemon(connection, globals);
        else
            show_region(connection.status(name_), globals);
        return 0;
    }

private:
    static void show_daemon(bus::Connection& connection, const Globals& globals) {
        const auto version = connection.daemon_version();
        const auto totals = totals_of(connection.regions());
        if (globals.json() != JsonStyle::Off) {
            globals.show_json(Json{{"version", version},
                                   {"bus", connection.bus_name()},
                                   {"regions", totals.regions},
                                   {"publishers", totals.publishers},
                                   {"subscribers", totals.subscribers},
                                   {"memory", totals.memory}});
            return;
        }
        globals.show(text_of({{"Daemon", "shmbusd " + version},
                              {"Bus", connection.bus_name()},
                              {"Regions", fmt::format("{}", totals.regions)},
                              {"Publishers", fmt::format("{}", totals.publishers)},
                              {"Subscribers", fmt::format("{}", totals.subscribers)},
                              {"Memory", format_size(totals.memory)}}));
    }

    static void show_region(const bus::RegionStatus& status, const Globals& globals) {
        if (globals.json() != JsonStyle::Off)
            globals.show_json(to_json(status));
        else
            globals.show(text_of(status, globals.legend()));
    }

    std::string name_;
};

}  // namespace

std::unique_ptr<Verb> make_status() { return std::make_unique<Status>(); }

}  // namespace ctl
