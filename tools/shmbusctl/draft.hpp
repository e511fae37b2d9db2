// A file for an editor: what is to be edited goes in, what it was made into comes out.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace ctl {

/// A temporary file that nobody else may read; gone in the end unless it is kept.
class Draft {
public:
    /// Throws Failure.
    explicit Draft(std::span<const std::byte> bytes);
    ~Draft();
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    /// Runs $VISUAL, $EDITOR, editor or vi on it and waits for its end. Throws Failure when that
    /// was no good one.
    void edit() const;
    /// What it has now. Throws Failure.
    [[nodiscard]] std::vector<std::byte> bytes() const;
    /// Leaves it in place: its path.
    const std::string& keep() noexcept {
        kept_ = true;
        return path_;
    }

private:
    std::string path_;
    bool kept_ = false;
};

}  // namespace ctl
