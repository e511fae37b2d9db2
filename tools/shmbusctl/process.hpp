// What is behind a process number.
#pragma once

#include <string>

#include <sys/types.h>

namespace ctl {

/// The process's command name, fit to be shown; empty when it is gone or may not be read.
[[nodiscard]] std::string command_name(::pid_t pid);

}  // namespace ctl
