#include "daemon/refusal.hpp"

#include <chrono>
#include <map>
#include <utility>

#include <spdlog/spdlog.h>

#include "daemon/journal.hpp"

namespace shmbusd {
namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned most = 20;  // of one user in one span
constexpr std::chrono::seconds span{10};

struct Span {
    Clock::time_point end;
    unsigned count = 0;
};

// How many more of this user may be written down now; 0: none.
unsigned left_of(uid_t user) {
    static std::map<uid_t, Span> spans;
    const auto now = Clock::now();
    std::erase_if(spans, [&](const auto& entry) { return entry.second.end <= now; });
    auto& current = spans.try_emplace(user, Span{now + span}).first->second;
    return current.count < most ? most - current.count++ : 0;
}

bool is_of_interest(bus::Errc code) noexcept {
    return code == bus::Errc::AccessDenied || code == bus::Errc::LimitsExceeded;
}

}  // namespace

Refusal::Refusal(const Callers& callers, std::string peer, std::string region)
    : callers_{&callers}, peer_{std::move(peer)}, region_{std::move(region)} {}

void Refusal::operator()(const bus::Error& error) const {
    const auto* caller = callers_->find(peer_);
    const auto left = caller != nullptr && is_of_interest(error.errc()) ? left_of(caller->uid) : 0;
    if (left == 0) return spdlog::debug("refused: {}", error.what());
    const auto* end = left == 1 ? "; further ones are not logged for some seconds" : "";
    record({.what = Happening::Refused,
            .text = fmt::format("refused: {}{}", error.what(), end),
            .region = region_,
            .peer = peer_,
            .uid = caller->uid});
}

}  // namespace shmbusd
