#include "daemon/access.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include <bus/error.hpp>

#include "daemon/accounts.hpp"

namespace shmbusd {
namespace {

static_assert(bus::abi::max_access_entries == bus::max_named);

using Bits = mode_t;  // of one class: read 4, write 2

[[noreturn]] void refuse(const std::string& text) {
    throw bus::Error{bus::Errc::InvalidArgument, text};
}

// The union of what the caller has as a member of groups; nothing when it is in none of them.
std::optional<Bits> bits_of_groups(const AccessRule& rule, const Credentials& caller) noexcept {
    std::optional<Bits> bits;
    if (caller.in_group(rule.group)) bits = rule.mode >> 3 & 07;
    for (const auto& [group, rights] : rule.groups)
        if (caller.in_group(group)) bits = bits.value_or(0) | static_cast<Bits>(rights);
    return bits;
}

Bits bits_of(const AccessRule& rule, const Credentials& caller) noexcept {
    if (caller.uid == rule.owner) return rule.mode >> 6 & 07;
    if (const auto named = rule.users.find(caller.uid); named != rule.users.end())
        return static_cast<Bits>(named->second);
    return bits_of_groups(rule, caller).value_or(rule.mode & 07);
}

bool are_rights(std::uint32_t bits) noexcept { return (bits & ~06U) == 0; }

template <class Id>
std::map<Id, bus::Rights> resolve(const bus::NamedRights& named, Id (*id_of)(std::string_view)) {
    std::map<Id, bus::Rights> rights;
    for (const auto& [name, right] : named) {
        if (!are_rights(static_cast<std::uint32_t>(right)))
            refuse(name + ": its rights are not of 4 (read) and 2 (write)");
        if (!rights.emplace(id_of(name), right).second) refuse(name + ": it is named twice");
    }
    return rights;
}

// Before names are looked up, each of which may take its time.
void check_count(std::size_t named) {
    if (named > bus::max_named)
        refuse("users and groups: " + std::to_string(named) + " are named, and " +
               std::to_string(bus::max_named) + " is the most");
}

// The bus tells all groups of a caller and not which of them is the primary one.
gid_t group_of(const Credentials& creator) {
    const auto primary = primary_group(creator.uid);
    if (primary && creator.in_group(*primary)) return *primary;
    return creator.groups.empty() ? static_cast<gid_t>(-1) : creator.groups.front();
}

}  // namespace

bool Credentials::in_group(gid_t group) const noexcept {
    return std::ranges::find(groups, group) != groups.end();
}

bool AccessRule::allows(const Credentials& caller, bus::Rights right) const noexcept {
    return caller.uid == 0 || (bits_of(*this, caller) & static_cast<Bits>(right)) != 0;
}

bool AccessRule::may_administer(const Credentials& caller) const noexcept {
    return caller.uid == 0 || caller.uid == owner;
}

AccessRule AccessRule::with(const bus::AccessChange& change) const {
    check_count((change.users ? change.users->size() : users.size()) +
                (change.groups ? change.groups->size() : groups.size()));
    if (change.mode && *change.mode > 0777) refuse("mode: it has bits beyond 0777");
    auto rule = *this;
    if (change.owner) rule.owner = user_id(*change.owner);
    if (change.group) rule.group = group_id(*change.group);
    if (change.mode) rule.mode = *change.mode;
    if (change.users) rule.users = resolve(*change.users, &user_id);
    if (change.groups) rule.groups = resolve(*change.groups, &group_id);
    return rule;
}

AccessRule rule_of(const Credentials& creator, const bus::AccessChange& asked) {
    return AccessRule{.owner = creator.uid, .group = group_of(creator)}.with(asked);
}

std::vector<bus::abi::AccessEntry> entries_of(const AccessRule& rule) {
    using bus::abi::AccessHolder;
    std::vector<bus::abi::AccessEntry> entries;
    const auto add = [&](AccessHolder holder, const auto& named) {
        for (const auto& [id, rights] : named)
            entries.push_back({.id = id,
                               .holder = static_cast<std::uint16_t>(holder),
                               .bits = static_cast<std::uint16_t>(rights)});
    };
    add(AccessHolder::User, rule.users);
    add(AccessHolder::Group, rule.groups);
    return entries;
}

AccessRule rule_from(const bus::abi::RegionRecord& record) {
    using bus::abi::AccessHolder;
    AccessRule rule{.owner = record.owner, .group = record.group, .mode = record.mode};
    bool good = record.mode <= 0777 && record.access_entries <= bus::abi::max_access_entries;
    for (std::size_t i = 0; good && i < record.access_entries; ++i) {
        const auto& [id, holder, bits] = record.access[i];
        const bool user = holder == static_cast<std::uint16_t>(AccessHolder::User);
        good = are_rights(bits) &&
               (user || holder == static_cast<std::uint16_t>(AccessHolder::Group)) &&
               (user ? rule.users : rule.groups).emplace(id, bus::Rights{bits}).second;
    }
    if (!good) throw bus::Error{bus::Errc::BadSegment, "access: the record is not one of a rule"};
    return rule;
}

}  // namespace shmbusd
