// Who may create a region, by the beginning of its name.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "daemon/access.hpp"

namespace shmbusd {

struct CreateRule {
    bool everyone = false;
    std::set<uid_t> users;
    std::set<gid_t> groups;

    [[nodiscard]] bool allows(const Credentials& caller) const noexcept;
};

// Rules by prefix; the longest that a name begins with decides. Where there is none everyone may;
// root always may.
struct CreateRules {
    std::map<std::string, CreateRule> by_prefix;

    // Throws: bus::Error AccessDenied.
    void check(std::string_view name, const Credentials& caller) const;
};

}  // namespace shmbusd
