#include "daemon/create_rules.hpp"

#include <algorithm>

#include <bus/error.hpp>

#include "daemon/accounts.hpp"

namespace shmbusd {

bool CreateRule::allows(const Credentials& caller) const noexcept {
    return everyone || caller.uid == 0 || users.contains(caller.uid) ||
           std::ranges::any_of(groups, [&](gid_t group) { return caller.in_group(group); });
}

void CreateRules::check(std::string_view name, const Credentials& caller) const {
    // Of two prefixes of one name the longer sorts later.
    const auto last = std::find_if(by_prefix.rbegin(), by_prefix.rend(),
                                   [&](const auto& row) { return name.starts_with(row.first); });
    if (last == by_prefix.rend() || last->second.allows(caller)) return;
    const auto what = last->first.empty() ? std::string{"regions of this name"}
                                          : "regions that begin with \"" + last->first + "\"";
    throw bus::Error{bus::Errc::AccessDenied,
                     std::string{name} + ": " + user_text(caller.uid) + " may not create " + what};
}

}  // namespace shmbusd
