// Sizes, times and counts: as people write them on a command line, and as tables show them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace ctl {

// The parsers take the option's name for the message and throw Failure: "--size=12Q: ...".

/// Bytes: a number, whole or with a fraction, and B, K, M or G (also KB, KiB and so on; 1024 each).
[[nodiscard]] std::uint64_t parse_size(std::string_view option, std::string_view text);
/// A time: a number and ns, us, ms, s, min or h; a bare number is seconds.
[[nodiscard]] std::chrono::nanoseconds parse_time(std::string_view option, std::string_view text);
/// A whole number from `least` up.
[[nodiscard]] std::uint64_t parse_count(std::string_view option, std::string_view text,
                                        std::uint64_t least = 0);
/// The same, within 32 bits.
[[nodiscard]] std::uint32_t parse_count32(std::string_view option, std::string_view text,
                                          std::uint32_t least = 0);
/// A positive number, whole or with a fraction.
[[nodiscard]] double parse_rate(std::string_view option, std::string_view text);
/// Permission bits in octal, 0 to 0777.
[[nodiscard]] ::mode_t parse_mode(std::string_view option, std::string_view text);

/// "512B", "64K", "1.5M": powers of 1024, a fraction only where there is one.
[[nodiscard]] std::string format_size(std::uint64_t bytes);
/// "20us", "1.5s": in the largest unit that keeps it at 1 or more.
[[nodiscard]] std::string format_time(std::chrono::nanoseconds time);
/// "1.23 G": three digits and a power of 1000, for units that follow ("1.23 G" + "B/s").
[[nodiscard]] std::string format_decimal(double value);

}  // namespace ctl
