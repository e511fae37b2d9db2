// The bus's enumerators from the words that options use; bus::to_string() is the other way.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <bus/region.hpp>

namespace ctl {

// From an option's value; these throw Failure, which names the words that would do.

[[nodiscard]] bus::Overflow parse_overflow(std::string_view text);
[[nodiscard]] bus::Fence parse_fence(std::string_view text);
/// "NAME:rw", "NAME:r", "NAME:w" or "NAME:-" (nothing): who, and what.
[[nodiscard]] std::pair<std::string, bus::Rights> parse_named(std::string_view option,
                                                              std::string_view text);
[[nodiscard]] bus::Kind parse_kind(std::string_view text);

}  // namespace ctl
