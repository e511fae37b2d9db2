// Who a caller is, by the bus's own word, and what that allows in a region.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace shmbusd {

// As the bus vouches for it, never as the caller says.
struct Credentials {
    std::string peer;  // unique bus name
    pid_t pid = 0;
    uid_t uid = 0;
    std::vector<gid_t> groups;
};

enum class Right { Read, Write };  // subscribe; publish

struct AccessRule {
    uid_t owner = 0;
    gid_t group = 0;
    mode_t mode = 0600;

    // As for a file: the first class that the caller belongs to decides. Root may everything.
    [[nodiscard]] bool allows(const Credentials& caller, Right right) const noexcept;
    // Remove, and change the rule: the owner and root.
    [[nodiscard]] bool may_administer(const Credentials& caller) const noexcept;
};

}  // namespace shmbusd
