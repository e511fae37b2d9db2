// A message bus of a case's own, on a fresh socket in a directory of its own.
#pragma once

#include <optional>
#include <string>

#include "program.hpp"

namespace integration {

// Gone in the end, with everything in it.
class Directory {
public:
    Directory();
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory();
    [[nodiscard]] std::string operator/(const std::string& leaf) const {
        return path_ + "/" + leaf;
    }

private:
    std::string path_;
};

class PrivateBus {
public:
    // Open to every user of the machine, as the system bus is.
    PrivateBus();

    [[nodiscard]] const std::string& address() const noexcept { return address_; }
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
    std::string address_;
    std::optional<Program> bus_;
    int runs_ = 0;
};

}  // namespace integration
