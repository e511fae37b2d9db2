// Access on its way through D-Bus: options of a new region, changes to one that is there, and the
// properties that show it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <sdbus-c++/sdbus-c++.h>

#include <bus/access.hpp>

#include "wire/dictionary.hpp"

namespace bus::wire {

// Named users or groups: by name or number in a call, by number in a property; with bits of 4
// (read) and 2 (write).
using NamedBits = std::map<std::string, std::uint32_t>;
using NumberedBits = std::map<std::uint32_t, std::uint32_t>;

// Throws: Error InvalidArgument, naming the key, for an unknown one or a value that will not do.
[[nodiscard]] AccessChange access_change_from(const Dictionary& dictionary);
[[nodiscard]] Dictionary dictionary_from(const AccessChange& change);

// A user or group, "s" or any integer. Throws: Error InvalidArgument.
[[nodiscard]] std::string account_from(const std::string& key, const sdbus::Variant& value);
// Throws: Error InvalidArgument.
[[nodiscard]] NamedRights named_rights_from(const std::string& key, const sdbus::Variant& value);
[[nodiscard]] sdbus::Variant variant_from(const NamedRights& rights);

[[nodiscard]] NumberedBits bits_from(const std::map<std::uint32_t, Rights>& rights);
// Throws: Error InvalidArgument.
[[nodiscard]] std::map<std::uint32_t, Rights> rights_from(const NumberedBits& bits);

}  // namespace bus::wire
