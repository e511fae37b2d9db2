// Users and groups by name and by number, as this machine knows them.
#pragma once

#include <string>

#include <sys/types.h>

namespace ctl {

/// The name, or the number where it has none.
[[nodiscard]] std::string user_name(::uid_t uid);
[[nodiscard]] std::string group_name(::gid_t gid);
/// The number of a name, in decimal, so that two words for one user are the same; what is unknown
/// here stays as it is, for the daemon to judge.
[[nodiscard]] std::string user_number(const std::string& user);
[[nodiscard]] std::string group_number(const std::string& group);

}  // namespace ctl
