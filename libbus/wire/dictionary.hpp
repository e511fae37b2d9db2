// Geometry as a D-Bus dictionary, and the words and numbers in dictionaries of any kind, read and
// written by both ends alike.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <sdbus-c++/sdbus-c++.h>

#include <bus/region.hpp>

#include "abi/geometry.hpp"

namespace bus::wire {

using Dictionary = std::map<std::string, sdbus::Variant>;

// Throws: Error BadSegment when something is missing or absurd.
[[nodiscard]] abi::Geometry geometry_from(const Dictionary& dictionary);
[[nodiscard]] Dictionary dictionary_from(const abi::Geometry& geometry);

// A word of an enumeration, by its to_string(). Throws: Error InvalidArgument, naming what it was
// for.
[[nodiscard]] Kind kind_from(std::string_view word);
[[nodiscard]] Role role_from(std::string_view word);
[[nodiscard]] State state_from(std::string_view word);
[[nodiscard]] Overflow overflow_from(std::string_view word);
[[nodiscard]] Fence fence_from(std::string_view word);

// A value of the right D-Bus type: whole numbers of any integer type. Throws: Error
// InvalidArgument, naming the key.
[[nodiscard]] std::uint64_t number_from(const std::string& key, const sdbus::Variant& value);
[[nodiscard]] std::uint32_t small_number_from(const std::string& key, const sdbus::Variant& value);
[[nodiscard]] bool flag_from(const std::string& key, const sdbus::Variant& value);
[[nodiscard]] std::string text_from(const std::string& key, const sdbus::Variant& value);

}  // namespace bus::wire
