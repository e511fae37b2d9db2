#include "daemon/config.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string_view>

#include <bus/error.hpp>

#include "abi/names.hpp"
#include "daemon/accounts.hpp"
#include "daemon/ini_file.hpp"
#include "daemon/quantity.hpp"

namespace shmbusd {
namespace {

constexpr std::array levels{"trace", "debug", "info", "warning", "error"};

[[noreturn]] void refuse(const std::string& text) {
    throw bus::Error{bus::Errc::InvalidArgument, text};
}

[[noreturn]] void refuse_key(const IniSection& section, const IniEntry& entry) {
    refuse("[" + section.name + "] has no key \"" + entry.key + "\"");
}

// One file, read into a configuration that earlier files have begun.
class Reader {
public:
    Reader(const std::string& file, Config& config, Mistakes& mistakes)
        : file_{file}, config_{config}, mistakes_{mistakes} {}

    void read() {
        for (const auto& section : read_ini(file_, mistakes_))
            mistakes_.note(file_, section.line, [&] { read_section(section); });
    }

private:
    void read_section(const IniSection& section) {
        const std::string_view name = section.name;
        if (name == "Log")
            each(section, [&](const auto& entry) { set_level(section, entry); });
        else if (name == "Limits")
            each(section, [&](const auto& entry) { set_limit(section, entry); });
        else if (name == "Quota")
            each(section, [&](const auto& entry) { set_quota(section, entry); });
        else if (name.starts_with("Quota "))
            read_exception(section);
        else if (name == "Create" || name.starts_with("Create "))
            read_create_rule(
                section,
                std::string{name.substr(std::min<std::size_t>(name.size(), sizeof "Create"))});
        else
            refuse("there is no section [" + section.name + "]");
    }

    template <class Set>
    void each(const IniSection& section, Set set) {
        for (const auto& entry : section.entries)
            mistakes_.note(file_, entry.line, [&] { set(entry); });
    }

    void set_level(const IniSection& section, const IniEntry& entry) {
        if (entry.key != "Level") refuse_key(section, entry);
        if (std::ranges::find(levels, entry.value) == levels.end())
            refuse("\"" + entry.value + "\" is not trace, debug, info, warning or error");
        config_.log_level = entry.value;
    }

    void set_limit(const IniSection& section, const IniEntry& entry) {
        auto& limits = config_.rules.limits;
        auto* limit = entry.key == "MaxRegions"       ? &limits.regions
                      : entry.key == "MaxAttachments" ? &limits.attachments
                      : entry.key == "MaxSegmentSize" ? &limits.segment
                      : entry.key == "MaxTotalSize"   ? &limits.total
                                                      : nullptr;
        if (limit == nullptr) refuse_key(section, entry);
        *limit = parse_size(entry.value);
    }

    // The quota that a key is for, of everyone's or of one user's.
    template <class Limits>
    auto& quota_of(const IniSection& section, const IniEntry& entry, Limits& limits) {
        if (entry.key == "MaxRegions") return limits.regions;
        if (entry.key == "MaxAttachments") return limits.attachments;
        if (entry.key != "MaxBytes") refuse_key(section, entry);
        return limits.bytes;
    }

    void set_quota(const IniSection& section, const IniEntry& entry) {
        quota_of(section, entry, config_.rules.quotas.everyone) = parse_size(entry.value, 0);
    }

    void read_exception(const IniSection& section) {
        const auto user = user_id(section.name.substr(sizeof "Quota"));
        if (user == 0) refuse("[" + section.name + "]: root has no quota");
        auto& exception = config_.rules.quotas.exceptions[user];
        each(section, [&](const auto& entry) {
            quota_of(section, entry, exception) = parse_size(entry.value, 0);
        });
    }

    // A rule that names nobody lets nobody: a mistake in it must not open what it was to close.
    // Only [Create] without a line, as a commented example leaves it, says nothing.
    void read_create_rule(const IniSection& section, const std::string& prefix) {
        if (!bus::abi::name_fault(prefix + "x").empty())
            refuse("[" + section.name + "]: no region's name begins so");
        if (section.bare && prefix.empty()) return;
        auto& rule = config_.rules.create.by_prefix[prefix];
        each(section, [&](const auto& entry) {
            const bool users = entry.key == "Users";
            if (!users && entry.key != "Groups") refuse_key(section, entry);
            if (begun_.emplace(prefix, entry.key).second) clear(rule, users);
            for (const auto& name : parse_list(entry.value))
                mistakes_.note(file_, entry.line, [&] { admit(rule, users, name); });
        });
    }

    static void clear(CreateRule& rule, bool users) {
        if (users) {
            rule.everyone = false;
            rule.users.clear();
        } else {
            rule.groups.clear();
        }
    }

    static void admit(CreateRule& rule, bool users, const std::string& name) {
        if (!users)
            rule.groups.insert(group_id(name));
        else if (name == "*")
            rule.everyone = true;
        else
            rule.users.insert(user_id(name));
    }

    const std::string& file_;
    Config& config_;
    Mistakes& mistakes_;
    std::set<std::pair<std::string, std::string>> begun_;  // lists that this file has set already
};

}  // namespace

Config read_config(const std::string& path, Presence presence, Mistakes& mistakes) {
    Config config;
    std::error_code unknown;  // then reading it says why
    const auto type = std::filesystem::status(path, unknown).type();
    if (presence == Presence::Required || type != std::filesystem::file_type::not_found)
        Reader{path, config, mistakes}.read();
    for (const auto& file : list_files(path + ".d", ".conf", mistakes))
        Reader{file, config, mistakes}.read();
    return config;
}

}  // namespace shmbusd
