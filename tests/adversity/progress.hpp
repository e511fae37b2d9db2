// A page that the processes of a case share: who has got how far, and whether it is over.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace adversity {

struct Progress {
    static constexpr std::size_t parts = 8;
    std::atomic<bool> over{false};
    std::atomic<std::uint64_t> mutations{0};                // words that the hostile peer wrote
    std::atomic<std::uint64_t> deeds{0};                    // what else it did
    std::array<std::atomic<std::uint64_t>, parts> turns{};  // of each victim's loop
};

// Shared with every process that is forked while it lives.
class SharedProgress {
public:
    SharedProgress();
    SharedProgress(const SharedProgress&) = delete;
    SharedProgress& operator=(const SharedProgress&) = delete;
    ~SharedProgress();
    [[nodiscard]] Progress& operator*() const noexcept { return *progress_; }
    [[nodiscard]] Progress* operator->() const noexcept { return progress_; }

private:
    Progress* progress_;
};

}  // namespace adversity
