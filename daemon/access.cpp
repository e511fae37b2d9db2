#include "daemon/access.hpp"

#include <algorithm>

namespace shmbusd {

bool AccessRule::allows(const Credentials& caller, Right right) const noexcept {
    if (caller.uid == 0) return true;
    const mode_t bit = right == Right::Read ? 04 : 02;
    if (caller.uid == owner) return (mode >> 6 & bit) != 0;
    if (std::ranges::find(caller.groups, group) != caller.groups.end())
        return (mode >> 3 & bit) != 0;
    return (mode & bit) != 0;
}

bool AccessRule::may_administer(const Credentials& caller) const noexcept {
    return caller.uid == 0 || caller.uid == owner;
}

}  // namespace shmbusd
