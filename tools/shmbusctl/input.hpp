// Standard input as samples: read straight into a slot, or, where one read a sample would cost more
// than the copy, through a large buffer.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ctl {

class Input {
public:
    /// `interrupted` is called when a signal ends a blocking read; false gives up reading.
    Input(int fd, std::function<bool()> interrupted);

    /// Reads into `into` until it is full. Fewer bytes: the input ended, or reading was given up.
    /// Throws Failure. Not to be mixed with the two below.
    [[nodiscard]] std::size_t fill(std::span<std::byte> into);
    /// The next `size` bytes, fewer at the end of the input, none after it. Valid until the next
    /// call.
    [[nodiscard]] std::span<const std::byte> next_block(std::size_t size);
    /// The next line without its newline; nothing after the end. A last line may lack the newline.
    /// Valid until the next call. Throws Failure when the line is longer than `most`.
    [[nodiscard]] std::optional<std::string_view> next_line(std::size_t most);

    /// Whether the input ended, rather than that reading was given up.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

private:
    std::size_t read_some(std::byte* into, std::size_t room);
    bool refill();
    void make_room(std::size_t size);
    std::size_t count_rest_of_line();
    [[nodiscard]] std::string_view pending() const noexcept;

    int fd_;
    std::function<bool()> interrupted_;
    bool ended_ = false;
    std::vector<std::byte> buffer_;
    std::size_t begin_ = 0;  // of what is read and not yet given out
    std::size_t end_ = 0;
    std::size_t line_ = 0;  // number of the line given out last
};

}  // namespace ctl
