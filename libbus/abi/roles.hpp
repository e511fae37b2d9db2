// The roles that there are: of which kind each is, who leads, and what right it takes. Leading
// roles have the first entries of a roster, following ones the rest; each opens what the other one
// has.
#pragma once

#include <bus/access.hpp>
#include <bus/region.hpp>

#include "abi/layout.hpp"

namespace bus::abi {

[[nodiscard]] constexpr Kind kind_of(Role role) noexcept {
    switch (role) {
        case Role::Publisher:
        case Role::Subscriber:
            return Kind::Topic;
        case Role::Server:
        case Role::Client:
            return Kind::Service;
        case Role::Writer:
        case Role::Reader:
            break;
    }
    return Kind::Raw;
}

[[nodiscard]] constexpr Role leading_role(Kind kind) noexcept {
    if (kind == Kind::Topic) return Role::Publisher;
    return kind == Kind::Service ? Role::Server : Role::Writer;
}
[[nodiscard]] constexpr Role following_role(Kind kind) noexcept {
    if (kind == Kind::Topic) return Role::Subscriber;
    return kind == Kind::Service ? Role::Client : Role::Reader;
}
[[nodiscard]] constexpr bool leads(Role role) noexcept {
    return role == leading_role(kind_of(role));
}

// Whether who has the one role opens the segment of who has the other: writers of a raw region also
// look at each other.
[[nodiscard]] constexpr bool meets(Role own, Role peer) noexcept {
    return kind_of(own) == kind_of(peer) &&
           (leads(own) != leads(peer) || (own == Role::Writer && peer == Role::Writer));
}

// What who takes this role needs.
[[nodiscard]] constexpr Rights right_of(Role role) noexcept {
    return leads(role) ? Rights::Write : Rights::Read;
}

[[nodiscard]] constexpr EntryRole entry_role(Role role) noexcept {
    return static_cast<EntryRole>(role);
}
// Requires: not EntryRole::None.
[[nodiscard]] constexpr Role role_of(EntryRole role) noexcept { return static_cast<Role>(role); }

static_assert(entry_role(Role::Publisher) == EntryRole::Publisher &&
              entry_role(Role::Subscriber) == EntryRole::Subscriber &&
              entry_role(Role::Server) == EntryRole::Server &&
              entry_role(Role::Client) == EntryRole::Client &&
              entry_role(Role::Writer) == EntryRole::Writer &&
              entry_role(Role::Reader) == EntryRole::Reader);

}  // namespace bus::abi
