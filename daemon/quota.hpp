// What each user may have of the service's resources, and has. Root has no limit: who may
// everything may also this.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <sys/types.h>

#include <bus/quota.hpp>

#include "daemon/charge.hpp"

namespace shmbusd {

// The limits as an administrator sets them.
struct QuotaRules {
    // For one user; what is not set is as for everyone.
    struct Exception {
        std::optional<std::uint64_t> regions;
        std::optional<std::uint64_t> attachments;
        std::optional<std::uint64_t> bytes;
    };
    bus::Resources everyone{.regions = 128, .attachments = 512, .bytes = std::uint64_t{4} << 30};
    std::map<uid_t, Exception> exceptions;

    [[nodiscard]] bus::Resources of(uid_t user) const;
};

class Quotas {
public:
    explicit Quotas(QuotaRules rules = {});
    Quotas(const Quotas&) = delete;
    Quotas& operator=(const Quotas&) = delete;

    // Throws: bus::Error LimitsExceeded, naming user and limit.
    [[nodiscard]] Charge charge(uid_t user, const bus::Resources& what);
    // The same for what is there already, whatever the limits say meanwhile.
    [[nodiscard]] Charge take_up(uid_t user, const bus::Resources& what);

    // Holds for what comes after.
    void set_rules(QuotaRules rules) { rules_ = std::move(rules); }
    [[nodiscard]] bus::Quota line(uid_t user) const;
    // Of every user who has something, by number.
    [[nodiscard]] std::vector<bus::Quota> lines() const;

private:
    QuotaRules rules_;
    std::map<uid_t, bus::Resources> accounts_;  // charges point at these, which stay where they are
};

}  // namespace shmbusd
