#include "region_arguments.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "failure.hpp"
#include "quantity.hpp"
#include "words.hpp"

namespace ctl {
namespace {

using bus::Kind;
using Take = std::function<void(const std::string&)>;

// A count of 32 bits. The service's own limits are the daemon's to know.
Take count_into(const char* name, std::uint32_t& target, std::uint32_t least) {
    return [=, &target](const std::string& text) { target = parse_count32(name, text, least); };
}

Take text_into(std::string& target) {
    return [&target](const std::string& text) { target = text; };
}

}  // namespace

// Options under one heading of --help, all of the same kinds.
class RegionArguments::Group {
public:
    Group(RegionArguments& arguments, CLI::App& verb, const char* heading, CLI::Option* needed,
          Kinds kinds)
        : arguments_{arguments},
          verb_{verb},
          heading_{heading},
          needed_{needed},
          kinds_{std::move(kinds)} {}

    void add(const char* name, const char* value, const Take& take, const char* meaning) const {
        auto* option = verb_.add_option_function<std::string>(name, take, meaning);
        option->type_name(value)->group(heading_);
        if (needed_ != nullptr) option->needs(needed_);
        arguments_.owned_.push_back({option, kinds_});
    }
    void add_named(NamedArguments& named) const { named.declare(verb_, heading_, needed_); }

private:
    RegionArguments& arguments_;
    CLI::App& verb_;
    const char* heading_;
    CLI::Option* needed_;
    Kinds kinds_;
};

CLI::Option* RegionArguments::declare_size(CLI::App& verb, const char* meaning) {
    const auto take = [this](const std::string& text) {
        topic_.size = parse_size("--size", text);
        if (topic_.size == 0) throw Failure{"--size=" + text, "must be at least 1 byte"};
    };
    return verb.add_option_function<std::string>("--size", take, meaning)->type_name("BYTES");
}

void RegionArguments::declare_all(CLI::App& verb) {
    const Kinds every{Kind::Topic, Kind::Service, Kind::Raw};
    declare_kind({*this, verb, "Region", nullptr, every});
    declare_shared({*this, verb, "Region", nullptr, every});
    declare_alignment(
        {*this, verb, "Region", nullptr, {Kind::Topic, Kind::Service}},
        "Alignment of each payload, a power of two from 32 to 4096 (32); not of a raw region");
    declare_of_topic({*this, verb, "Topic", nullptr, {Kind::Topic}});
    declare_of_service({*this, verb, "Service", nullptr, {Kind::Service}});
    declare_of_raw({*this, verb, "Raw region", nullptr, {Kind::Raw}});
}

void RegionArguments::declare_topic(CLI::App& verb, CLI::Option* needed) {
    const Group group{*this, verb, "With --create", needed, {Kind::Topic}};
    declare_of_topic(group);
    declare_alignment(group, "Alignment of each payload, a power of two from 32 to 4096 (32)");
    declare_shared(group);
}

void RegionArguments::declare_service(CLI::App& verb, CLI::Option* needed) {
    const Group group{*this, verb, "With --create", needed, {Kind::Service}};
    declare_of_service(group);
    declare_alignment(group,
                      "Alignment of requests and responses, a power of two from 32 to 4096 (32)");
    declare_shared(group);
}

void RegionArguments::declare_alignment(Group group, const char* meaning) {
    group.add(
        "--alignment", "BYTES",
        [this](const std::string& text) { topic_.alignment = parse_size("--alignment", text); },
        meaning);
}

void RegionArguments::declare_kind(Group group) {
    group.add(
        "--kind", "KIND", [this](const std::string& text) { kind_ = parse_kind(text); },
        "topic (publish/subscribe, the default), service (request/response) or raw (bytes)");
}

void RegionArguments::declare_of_topic(Group group) {
    group.add(
        "--overflow", "POLICY",
        [this](const std::string& text) { topic_.overflow = parse_overflow(text); },
        "What a full ring does: block (lossless, the default) or overwrite (the newest wins)");
    group.add("--history", "N", count_into("--history", topic_.history, 0),
              "Samples of each publisher kept for late subscribers (0)");
    group.add("--slots", "N", count_into("--slots", topic_.slots, 1),
              "Slots of each publisher, at least (chosen by size)");
    group.add("--publishers", "N", count_into("--publishers", topic_.publishers, 1),
              "Publishers at the same time (4)");
    group.add("--subscribers", "N", count_into("--subscribers", topic_.subscribers, 1),
              "Subscribers at the same time (8)");
    group.add("--holds", "N", count_into("--holds", topic_.holds, 1),
              "Samples of one publisher that a subscriber may keep (2)");
    group.add(
        "--patience", "TIME",
        [this](const std::string& text) { topic_.patience = parse_time("--patience", text); },
        "How long one subscriber may keep a blocked publisher waiting before it is evicted (for "
        "ever)");
}

void RegionArguments::declare_of_service(Group group) {
    group.add("--depth", "N", count_into("--depth", service_.depth, 1),
              "Requests of one client in flight (8)");
    group.add("--clients", "N", count_into("--clients", service_.clients, 1),
              "Clients at the same time (8)");
    group.add("--standbys", "N", count_into("--standbys", service_.standbys, 0),
              "Servers that may wait to take over (1)");
}

void RegionArguments::declare_of_raw(Group group) {
    group.add("--writers", "N", count_into("--writers", raw_.writers, 1),
              "Writers at the same time (4)");
    group.add("--readers", "N", count_into("--readers", raw_.readers, 1),
              "Readers at the same time (8)");
}

void RegionArguments::declare_shared(Group group) {
    group.add("--type", "NAME", text_into(topic_.type), "Name of the payload's type (any type)");
    group.add(
        "--fence", "HOW", [this](const std::string& text) { topic_.fence = parse_fence(text); },
        "asymmetric (the default), or full, which works where membarrier is forbidden");
    group.add(
        "--mode", "OCTAL",
        [this](const std::string& text) { topic_.mode = parse_mode("--mode", text); },
        "Who may join: read bits to subscribe, call or read, write bits to publish, serve or write "
        "(0600)");
    group.add("--group", "GROUP", text_into(topic_.group),
              "Whom the mode's group bits are for (your primary group)");
    group.add_named(named_);
}

bus::TopicOptions RegionArguments::topic() const {
    auto topic = topic_;
    topic.users = named_.users();
    topic.groups = named_.groups();
    return topic;
}

template <class Options>
Options RegionArguments::with_shared(Options options) const {
    const auto shared = topic();
    options.size = shared.size;
    options.type = shared.type;
    options.fence = shared.fence;
    options.mode = shared.mode;
    options.group = shared.group;
    options.users = shared.users;
    options.groups = shared.groups;
    return options;
}

bus::ServiceOptions RegionArguments::service() const {
    auto service = with_shared(service_);
    service.alignment = topic_.alignment;
    return service;
}

void RegionArguments::check_kinds() const {
    for (const auto& [option, kinds] : owned_)
        if (option->count() != 0 && std::ranges::find(kinds, kind_) == kinds.end())
            throw Failure{option->get_name(),
                          fmt::format("a region of kind {} has no such option", to_string(kind_))};
}

void RegionArguments::create(bus::Connection connection, const std::string& name) const {
    check_kinds();
    if (kind_ == Kind::Topic) return connection.create_topic(name, topic());
    if (kind_ == Kind::Raw) return connection.create_raw(name, with_shared(raw_));
    connection.create_service(name, service());
}

}  // namespace ctl
