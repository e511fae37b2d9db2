// Where the daemon logs to: the journal when systemd runs it, stderr otherwise.
#pragma once

#include <string>

namespace shmbusd {

// `level` is one of trace, debug, info, warning, error.
void start_log(const std::string& level);
void set_log_level(const std::string& level);

// Whether what this process says on stderr goes to the journal.
[[nodiscard]] bool logs_to_journal() noexcept;

}  // namespace shmbusd
