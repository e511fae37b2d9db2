// How much the store can take: so many descriptors, and names that fit one string of the next
// process's environment. One name too many, and no daemon could be started any more.
#pragma once

#include <cstddef>
#include <set>
#include <string>

namespace shmbusd {

class StoreBudget {
public:
    // The kernel takes no longer string (MAX_ARG_STRLEN); it also holds "LISTEN_FDNAMES=".
    static constexpr std::size_t most_bytes = 128 * 1024 - 64;

    explicit StoreBudget(std::size_t descriptors) noexcept : most_{descriptors} {}

    // False, and nothing is counted, when there is no room for this one.
    [[nodiscard]] bool charge(const std::string& name);
    // Counts it whether there is room or not: it is there.
    void take_up(const std::string& name);
    // All of this name.
    void release(const std::string& name) noexcept;

    [[nodiscard]] std::size_t descriptors() const noexcept { return names_.size(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    std::size_t most_;
    std::multiset<std::string> names_;
    std::size_t bytes_ = 0;  // with a separator each
};

}  // namespace shmbusd
