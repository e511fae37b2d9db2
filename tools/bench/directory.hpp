// A directory of its own for what runs for a while, gone in the end with everything in it.
#pragma once

#include <string>

namespace bench {

class Directory {
public:
    enum class Entered { ByOwner, ByEveryone };
    // Throws: std::system_error.
    explicit Directory(Entered entered = Entered::ByOwner);
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory();

    [[nodiscard]] std::string operator/(const std::string& leaf) const {
        return path_ + "/" + leaf;
    }

private:
    std::string path_;
};

}  // namespace bench
