// What ends a verb: one line on standard error, "shmbusctl: OBJECT: REASON", and exit code 1.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace ctl {

/// The tool's own failure; those of the bus arrive as bus::Error, whose text has the same form.
class Failure : public std::runtime_error {
public:
    Failure(std::string_view object, std::string_view reason);
};

/// A failed system call on `object`, with the reason that `number` (an errno) stands for.
[[nodiscard]] Failure system_failure(std::string_view object, int number);

/// `text` fit to be shown: control characters become spaces, so that it stays one line and cannot
/// command a terminal.
[[nodiscard]] std::string one_line(std::string_view text);

/// Writes "shmbusctl: TEXT" to standard error as one line.
void complain(std::string_view text) noexcept;

}  // namespace ctl
