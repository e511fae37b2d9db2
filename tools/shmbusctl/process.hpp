// Who is behind an attachment: the names that go with its numbers.
#pragma once

#include <string>

#include <sys/types.h>

namespace ctl {

/// The user's name, or the number where it has none.
[[nodiscard]] std::string user_name(::uid_t uid);
/// The process's command name, fit to be shown; empty when it is gone or may not be read.
[[nodiscard]] std::string command_name(::pid_t pid);

}  // namespace ctl
