// Who may do what in a region: as with a file, an owner, a group and permission bits, and named
// users and groups besides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace [[gnu::visibility("default")]] bus {

/// What a named user or group may do.
enum class Rights : std::uint32_t {
    None = 0,       ///< nothing, whatever others may
    Write = 2,      ///< publish; serve; write
    Read = 4,       ///< subscribe; call a service; read
    ReadWrite = 6,  ///< both
};

/// As `shmbusctl access` and region files write them.
[[nodiscard]] constexpr std::string_view to_string(Rights value) noexcept {
    switch (value) {
        case Rights::None:
            return "-";
        case Rights::Write:
            return "w";
        case Rights::Read:
            return "r";
        case Rights::ReadWrite:
            return "rw";
    }
    return "unknown";
}

/// Named users, or named groups, each by its name or its number.
using NamedRights = std::map<std::string, Rights>;

/// At most so many named users and groups a region, together.
inline constexpr std::size_t max_named = 32;

/// Who may join a region. The first of these that fits a user decides: root may everything; the
/// owner has the owner's bits; a named user what is named; a member of the group or of named groups
/// the union of what these have; everyone else the others' bits.
struct Access {
    ::uid_t owner = 0;
    ::gid_t group = 0;
    ::mode_t mode = 0;  ///< read bits: to follow, write bits: to lead; see Rights
    std::map<::uid_t, Rights> users{};
    std::map<::gid_t, Rights> groups{};
};

/// What is to become of a region's access; what is not set stays as it is. Users and groups are
/// names or numbers, as the daemon's machine knows them.
struct AccessChange {
    std::optional<std::string> owner{};  ///< only an administrator gives a region away
    std::optional<std::string> group{};
    std::optional<::mode_t> mode{};
    std::optional<NamedRights> users{};   ///< in place of all named users
    std::optional<NamedRights> groups{};  ///< in place of all named groups
};

}  // namespace bus
