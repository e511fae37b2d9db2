#include "daemon/quota.hpp"

#include <string>
#include <utility>

#include <bus/error.hpp>

#include "daemon/accounts.hpp"

namespace shmbusd {
namespace {

void check(uid_t user, const char* what, std::uint64_t used, std::uint64_t more,
           std::uint64_t limit) {
    if (more == 0 || (used <= limit && more <= limit - used)) return;
    auto text = user_text(user) + ": has " + std::to_string(used) + " of " + std::to_string(limit) +
                " " + what;
    if (more > 1) text += ", and asks for " + std::to_string(more) + " more";
    throw bus::Error{bus::Errc::LimitsExceeded, text};
}

}  // namespace

bus::Resources QuotaRules::of(uid_t user) const {
    if (user == 0) return {bus::unlimited, bus::unlimited, bus::unlimited};
    const auto found = exceptions.find(user);
    if (found == exceptions.end()) return everyone;
    const auto& exception = found->second;
    return {.regions = exception.regions.value_or(everyone.regions),
            .attachments = exception.attachments.value_or(everyone.attachments),
            .bytes = exception.bytes.value_or(everyone.bytes)};
}

Quotas::Quotas(QuotaRules rules) : rules_{std::move(rules)} {}

Charge Quotas::charge(uid_t user, const bus::Resources& what) {
    const auto [account, used, limits] = line(user);
    check(account, "regions", used.regions, what.regions, limits.regions);
    check(account, "attachments", used.attachments, what.attachments, limits.attachments);
    check(account, "bytes", used.bytes, what.bytes, limits.bytes);
    return take_up(user, what);
}

Charge Quotas::take_up(uid_t user, const bus::Resources& what) {
    return Charge{accounts_[user], what};
}

bus::Quota Quotas::line(uid_t user) const {
    const auto found = accounts_.find(user);
    return {.user = user,
            .used = found == accounts_.end() ? bus::Resources{} : found->second,
            .limits = rules_.of(user)};
}

std::vector<bus::Quota> Quotas::lines() const {
    std::vector<bus::Quota> lines;
    for (const auto& [user, used] : accounts_)
        if (used != bus::Resources{}) lines.push_back(line(user));
    return lines;
}

}  // namespace shmbusd
