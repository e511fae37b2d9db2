// A message bus on a fresh socket, open to whoever can reach that.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "child_process.hpp"
#include "directory.hpp"

namespace bench {

class BusDaemon {
public:
    // Starts dbus-daemon with its socket, its configuration and its log in `directory`; `more` are
    // further elements of the configuration.
    // Throws: std::system_error, std::runtime_error.
    explicit BusDaemon(const Directory& directory, std::string_view more = {});

    [[nodiscard]] const std::string& address() const noexcept { return address_; }
    [[nodiscard]] ::pid_t pid() const noexcept { return process_->pid(); }

private:
    std::string address_;
    std::optional<ChildProcess> process_;
};

}  // namespace bench
