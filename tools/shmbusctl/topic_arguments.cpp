#include "topic_arguments.hpp"

#include <cstdint>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "failure.hpp"
#include "quantity.hpp"
#include "words.hpp"

namespace ctl {
namespace {

using Take = std::function<void(const std::string&)>;

// A count of 32 bits. The service's own limits are the daemon's to know.
Take count_into(const char* name, std::uint32_t& target, std::uint32_t least) {
    return [=, &target](const std::string& text) { target = parse_count32(name, text, least); };
}

}  // namespace

CLI::Option* TopicArguments::declare_size(CLI::App& verb, const char* meaning) {
    const auto take = [this](const std::string& text) {
        topic_.size = parse_size("--size", text);
        if (topic_.size == 0) throw Failure{"--size=" + text, "must be at least 1 byte"};
    };
    return verb.add_option_function<std::string>("--size", take, meaning)->type_name("BYTES");
}

void TopicArguments::declare_rest(CLI::App& verb, CLI::Option* needed) {
    const char* group = needed == nullptr ? "Topic" : "With --create";
    const auto add = [&](const char* name, const char* value, const Take& take,
                         const char* meaning) {
        auto* option = verb.add_option_function<std::string>(name, take, meaning);
        option->type_name(value)->group(group);
        if (needed != nullptr) option->needs(needed);
    };
    add(
        "--kind", "KIND", [](const std::string& text) { static_cast<void>(parse_kind(text)); },
        "topic (the default, and all that this version has)");
    add(
        "--overflow", "POLICY",
        [this](const std::string& text) { topic_.overflow = parse_overflow(text); },
        "What a full ring does: block (lossless, the default) or overwrite (the newest wins)");
    add("--history", "N", count_into("--history", topic_.history, 0),
        "Samples of each publisher kept for late subscribers (0)");
    add("--slots", "N", count_into("--slots", topic_.slots, 1),
        "Slots of each publisher, at least (chosen by size)");
    add("--publishers", "N", count_into("--publishers", topic_.publishers, 1),
        "Publishers at the same time (4)");
    add("--subscribers", "N", count_into("--subscribers", topic_.subscribers, 1),
        "Subscribers at the same time (8)");
    add("--holds", "N", count_into("--holds", topic_.holds, 1),
        "Samples of one publisher that a subscriber may keep (2)");
    add(
        "--alignment", "BYTES",
        [this](const std::string& text) { topic_.alignment = parse_size("--alignment", text); },
        "Alignment of each payload, a power of two from 32 to 4096 (32)");
    add(
        "--type", "NAME", [this](const std::string& text) { topic_.type = text; },
        "Name of the payload's type (any type)");
    add(
        "--patience", "TIME",
        [this](const std::string& text) { topic_.patience = parse_time("--patience", text); },
        "How long one subscriber may keep a blocked publisher waiting before it is evicted (for "
        "ever)");
    add(
        "--fence", "HOW", [this](const std::string& text) { topic_.fence = parse_fence(text); },
        "asymmetric (the default), or full, which works where membarrier is forbidden");
    add(
        "--mode", "OCTAL",
        [this](const std::string& text) { topic_.mode = parse_mode("--mode", text); },
        "Who may join: read bits to subscribe, write bits to publish (0600)");
    add(
        "--group", "GROUP", [this](const std::string& text) { topic_.group = text; },
        "Whom the mode's group bits are for (your primary group)");
    named_.declare(verb, group, needed);
}

bus::TopicOptions TopicArguments::topic() const {
    auto topic = topic_;
    topic.users = named_.users();
    topic.groups = named_.groups();
    return topic;
}

}  // namespace ctl
