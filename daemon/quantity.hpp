// Numbers, sizes, times and lists as the configuration writes them. All throw: bus::Error
// InvalidArgument, which shows the value.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace shmbusd {

// A whole number from `least` up, with K, M, G or T for powers of 1024.
[[nodiscard]] std::uint64_t parse_size(std::string_view text, std::uint64_t least = 1);
// A whole number of 32 bits.
[[nodiscard]] std::uint32_t parse_count(std::string_view text);
// A whole number and ns, us, ms, s, min or h; a bare number is seconds.
[[nodiscard]] std::chrono::nanoseconds parse_time(std::string_view text);
// Permission bits in octal.
[[nodiscard]] mode_t parse_mode(std::string_view text);
// What blanks and commas part.
[[nodiscard]] std::vector<std::string> parse_list(std::string_view text);

}  // namespace shmbusd
