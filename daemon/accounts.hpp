// The machine's users and groups by name: the one place that looks them up.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace shmbusd {

// Of a name or a number; a number needs no account. Throws: bus::Error InvalidArgument, naming what
// is unknown.
[[nodiscard]] uid_t user_id(std::string_view name);
[[nodiscard]] gid_t group_id(std::string_view name);
// Nothing for a user without an account.
[[nodiscard]] std::optional<gid_t> primary_group(uid_t user);
// For messages: "user alice (1000)", or "user 1000" without an account.
[[nodiscard]] std::string user_text(uid_t user);

}  // namespace shmbusd
