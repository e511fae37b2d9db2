// What happened in the service, one line each: in the journal with a message id for the kind of
// happening and fields to search by, elsewhere as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace shmbusd {

enum class Happening {
    Created,
    Removed,
    Restored,
    SetAside,
    Attached,
    Detached,
    Died,
    Evicted,
    Refused,
};

// SHMBUS_EVENT= of it.
[[nodiscard]] std::string_view to_string(Happening what) noexcept;

struct Occurrence {
    Happening what{};
    std::string text;              // MESSAGE=
    std::string region;            // SHMBUS_REGION=
    std::uint64_t attachment = 0;  // SHMBUS_ATTACHMENT=
    std::string peer;              // SHMBUS_PEER=
    std::optional<uid_t> uid;      // SHMBUS_UID=
};

// Fields that say nothing are left out.
void record(const Occurrence& occurrence);

}  // namespace shmbusd
