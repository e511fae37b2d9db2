// A bus and a daemon of the bench's own, so that nothing on the machine is needed or touched.
#pragma once

#include <optional>
#include <string>

#include "child_process.hpp"

namespace bench {

class PrivateBus {
public:
    // Starts dbus-daemon on a fresh socket and `daemon` on it. Throws: std::system_error,
    // std::runtime_error.
    explicit PrivateBus(const std::string& daemon);
    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;
    ~PrivateBus();

    [[nodiscard]] const std::string& address() const noexcept { return address_; }
    // What the two said so far.
    [[nodiscard]] std::string log() const;

private:
    // A directory of its own, gone with everything in it.
    class Directory {
    public:
        Directory();
        Directory(const Directory&) = delete;
        Directory& operator=(const Directory&) = delete;
        ~Directory();
        [[nodiscard]] const std::string& path() const noexcept { return path_; }

    private:
        std::string path_;
    };

    void start_bus();

    Directory directory_;
    std::string address_;
    std::optional<ChildProcess> bus_;
    std::optional<ChildProcess> daemon_;  // after bus_: ended before it
};

}  // namespace bench
