// A message bus of a case's own, on a fresh socket in a directory of its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/bus_daemon.hpp"
#include "bench/directory.hpp"

namespace integration {

// Open to every user of the machine.
class Directory : public bench::Directory {
public:
    Directory() : bench::Directory{Entered::ByEveryone} {}
};

class PrivateBus {
public:
    // Open to every user of the machine, as the system bus is; `more` are further elements of its
    // configuration.
    explicit PrivateBus(std::string_view more = {}) : bus_{std::in_place, directory_, more} {}

    [[nodiscard]] const std::string& address() const noexcept { return bus_->address(); }
    [[nodiscard]] const Directory& directory() const noexcept { return directory_; }
    // What a program says that is run to its end.
    struct Report {
        int code = -1;
        std::string text;
    };
    [[nodiscard]] Report run(std::vector<std::string> words);
    // Ends the bus itself.
    void end() { bus_.reset(); }

private:
    Directory directory_;
    std::optional<bench::BusDaemon> bus_;
    int runs_ = 0;
};

}  // namespace integration
