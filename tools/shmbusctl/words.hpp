// The bus's enumerators as the words that tables, JSON and options use.
#pragma once

#include <string_view>

#include <bus/region.hpp>

namespace ctl {

[[nodiscard]] std::string_view word(bus::Kind kind) noexcept;
[[nodiscard]] std::string_view word(bus::Overflow overflow) noexcept;
[[nodiscard]] std::string_view word(bus::Fence fence) noexcept;
[[nodiscard]] std::string_view word(bus::Role role) noexcept;
[[nodiscard]] std::string_view word(bus::State state) noexcept;
[[nodiscard]] std::string_view word(bus::Event::What what) noexcept;

// From an option's value; these throw Failure, which names the words that would do.

[[nodiscard]] bus::Overflow parse_overflow(std::string_view text);
[[nodiscard]] bus::Fence parse_fence(std::string_view text);
/// Throws Failure also for kinds that this version cannot create.
[[nodiscard]] bus::Kind parse_kind(std::string_view text);

}  // namespace ctl
