#include "input.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "failure.hpp"
#include "stream.hpp"

namespace ctl {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr auto name = "standard input";

}  // namespace

Input::Input(int fd, std::function<bool()> interrupted)
    : fd_{fd}, interrupted_{std::move(interrupted)} {
    widen_pipe(fd);
}

// Zero: the input ended, or reading was given up.
std::size_t Input::read_some(std::byte* into, std::size_t room) {
    for (;;) {
        const auto got = ::read(fd_, into, room);
        if (got > 0) return static_cast<std::size_t>(got);
        if (got == 0) {
            ended_ = true;
            return 0;
        }
        if (errno == EAGAIN)
            await(fd_, POLLIN);
        else if (errno != EINTR)
            throw system_failure(name, errno);
        if (!interrupted_()) return 0;
    }
}

std::size_t Input::fill(std::span<std::byte> into) {
    std::size_t filled = 0;
    while (filled < into.size()) {
        const auto got = read_some(into.data() + filled, into.size() - filled);
        if (got == 0) break;
        filled += got;
    }
    return filled;
}

std::string_view Input::pending() const noexcept {
    return {reinterpret_cast<const char*>(buffer_.data()) + begin_, end_ - begin_};
}

// Requires: at most `size` bytes pending.
void Input::make_room(std::size_t size) {
    if (buffer_.size() < std::max(mebibyte, 2 * size)) buffer_.resize(std::max(mebibyte, 2 * size));
    if (buffer_.size() - begin_ > size) return;
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
}

bool Input::refill() {
    const auto got = read_some(buffer_.data() + end_, buffer_.size() - end_);
    end_ += got;
    return got > 0;
}

std::span<const std::byte> Input::next_block(std::size_t size) {
    make_room(size);
    while (end_ - begin_ < size && refill()) {
    }
    // What is left when reading was given up is the beginning of a sample, not a sample.
    if (end_ - begin_ < size && !ended_) return {};
    const std::span block{buffer_.data() + begin_, std::min(size, end_ - begin_)};
    begin_ += block.size();
    return block;
}

std::optional<std::string_view> Input::next_line(std::size_t most) {
    make_room(most + 1);
    std::size_t scanned = 0;
    for (;;) {
        const auto text = pending();
        const auto newline = text.find('\n', scanned);
        const auto length = std::min(newline, text.size());
        if (length > most) {
            throw Failure{fmt::format("line {}", line_ + 1),
                          fmt::format("{} bytes are more than the topic's maximum of {}",
                                      newline == text.npos ? count_rest_of_line() : newline, most)};
        }
        if (newline != text.npos || (ended_ && !text.empty())) {
            begin_ += std::min(length + 1, text.size());
            ++line_;
            return text.substr(0, length);
        }
        scanned = text.size();
        if (!refill() && (!ended_ || pending().empty())) return std::nullopt;
    }
}

// The length of a line too long to keep, for the message about it. Bounded: input without a newline
// may never end.
std::size_t Input::count_rest_of_line() {
    constexpr auto enough = std::size_t{1} << 30;
    auto length = end_ - begin_;
    while (length < enough) {
        begin_ = end_ = 0;
        if (!refill()) break;
        const auto newline = pending().find('\n');
        length += std::min(newline, end_);
        if (newline != std::string_view::npos) break;
    }
    return length;
}

}  // namespace ctl
