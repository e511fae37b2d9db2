// Measured figures with as many digits as they are worth.
#pragma once

#include <optional>
#include <string>

#include "bench/record.hpp"

namespace ctl {

/// "71.2 ns", "3.11 us", "24.0 ms".
[[nodiscard]] std::string time_text(double nanoseconds);
[[nodiscard]] std::string time_text(const std::optional<double>& nanoseconds);
/// "1.08x", "12.3x", "340x".
[[nodiscard]] std::string ratio_text(double ratio);
/// "0", "2", "11.5": calls a message.
[[nodiscard]] std::string count_text(double count);
/// The same for both sides, and the broker's where it has any: "5+9".
[[nodiscard]] std::string count_text(const std::optional<bench::CallCount>& calls);

}  // namespace ctl
