// What each user has of the service's resources, and may have.
#pragma once

#include <cstdint>
#include <limits>

#include <sys/types.h>

namespace [[gnu::visibility("default")]] bus {

/// Resources that a user can use up.
struct Resources {
    std::uint64_t regions = 0;      ///< that the user owns
    std::uint64_t attachments = 0;  ///< of the user's programs
    std::uint64_t bytes = 0;        ///< the rosters of those regions, the segments of those
                                    ///< attachments
    friend bool operator==(const Resources&, const Resources&) = default;
};

/// As a limit: there is none.
inline constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// One user's line of the accounts.
struct Quota {
    ::uid_t user = 0;
    Resources used;
    Resources limits;  ///< `unlimited` where there is no limit
};

}  // namespace bus
