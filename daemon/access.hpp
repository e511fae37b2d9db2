// Who a caller is, by the bus's own word, and what that allows in a region.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

#include <bus/region.hpp>

#include "abi/layout.hpp"

namespace shmbusd {

// As the bus vouches for it, never as the caller says.
struct Credentials {
    std::string peer;  // unique bus name
    pid_t pid = 0;
    uid_t uid = 0;
    std::vector<gid_t> groups;  // all of them, in no order that says which is the primary one

    [[nodiscard]] bool in_group(gid_t group) const noexcept;
};

struct AccessRule {
    uid_t owner = 0;
    gid_t group = 0;
    mode_t mode = 0600;
    std::map<uid_t, bus::Rights> users{};
    std::map<gid_t, bus::Rights> groups{};

    // As a POSIX ACL without a mask: the first class that the caller belongs to decides, and of the
    // groups all that it belongs to together. Root may everything. Requires: one right, not
    // several.
    [[nodiscard]] bool allows(const Credentials& caller, bus::Rights right) const noexcept;
    // Remove, and change the rule: the owner and root.
    [[nodiscard]] bool may_administer(const Credentials& caller) const noexcept;
    // With a change made to it. Throws: bus::Error InvalidArgument.
    [[nodiscard]] AccessRule with(const bus::AccessChange& change) const;

    friend bool operator==(const AccessRule&, const AccessRule&) = default;
};

// The rule of a region that `creator` creates and asks this access for. Throws: bus::Error
// InvalidArgument.
[[nodiscard]] AccessRule rule_of(const Credentials& creator, const bus::AccessChange& asked);

// The rule's named users and groups as a region's record keeps them.
[[nodiscard]] std::vector<bus::abi::AccessEntry> entries_of(const AccessRule& rule);
// The rule that a record keeps. Throws: bus::Error BadSegment when it is none.
[[nodiscard]] AccessRule rule_from(const bus::abi::RegionRecord& record);

}  // namespace shmbusd
