// Standard output for samples: large ones are written from where they lie, small ones gathered.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace ctl {

class Output {
public:
    /// `interrupted` is called when a signal ends a blocking write; false gives up writing.
    Output(int fd, std::function<bool()> interrupted);

    enum class Newline { None, Appended };
    /// Writes `bytes`, or gathers them until flush(). False when nobody reads any more or writing
    /// was given up: all later calls are then without effect. Throws Failure.
    bool put(std::span<const std::byte> bytes, Newline newline);
    bool flush();
    /// Whether the reading end of a pipe is gone; costs a system call, for idle moments.
    [[nodiscard]] bool reader_gone() const noexcept;

private:
    bool write_all(std::span<const std::byte> first, std::span<const std::byte> second = {},
                   std::span<const std::byte> third = {});
    bool goes_on_after(int fault);

    int fd_;
    std::function<bool()> interrupted_;
    std::vector<std::byte> gathered_;
    bool closed_ = false;
};

}  // namespace ctl
