// What an administrator allows: of the whole service, of each user, and who may create.
#pragma once

#include <cstdint>

#include "daemon/create_rules.hpp"
#include "daemon/quota.hpp"

namespace shmbusd {

// Limits of the whole service.
struct Limits {
    std::uint64_t regions = 1024;
    std::uint64_t attachments = 4096;
    std::uint64_t segment = std::uint64_t{1} << 30;  // bytes of one segment
    std::uint64_t total = std::uint64_t{16} << 30;   // bytes of all segments
};

struct Rules {
    Limits limits;
    QuotaRules quotas;
    CreateRules create;
};

}  // namespace shmbusd
