#include "shm/exchange.hpp"

#include <algorithm>
#include <cstring>

namespace bus::shm {

ClientExchange::ClientExchange(std::byte* segment, const abi::Geometry& geometry)
    : shared_{segment, geometry}, slots_(geometry.slots) {
    free_.reserve(geometry.slots);
    for (auto slot = geometry.slots; slot > 0; --slot) free_.push_back(slot - 1);
}

bool ClientExchange::any_answer() const noexcept {
    for (std::uint32_t slot = 0; slot < shared_.count(); ++slot)
        if (slots_[slot].stage == Stage::Sent && glance(slot).look != Look::Nothing) return true;
    return false;
}

void ClientExchange::give_back(std::uint32_t slot) noexcept {
    auto& own = slots_[slot];
    if (own.stage == Stage::Sent) {
        own.stage = Stage::Abandoned;
        ++abandoned_;
        return;
    }
    own.stage = Stage::Free;
    free_.push_back(slot);
}

// Slots whose request was given up and answered since.
bool ClientExchange::reclaim() noexcept {
    if (abandoned_ == 0) return false;
    for (std::uint32_t slot = 0; slot < shared_.count(); ++slot) {
        auto& own = slots_[slot];
        if (own.stage != Stage::Abandoned || glance(slot).look == Look::Nothing) continue;
        own.stage = Stage::Free;
        free_.push_back(slot);
        --abandoned_;
    }
    return !free_.empty();
}

ServerExchange::ServerExchange(std::byte* segment, const abi::Geometry& geometry)
    : shared_{segment, geometry}, slots_(geometry.slots) {}

void ServerExchange::refuse(std::uint32_t slot, std::uint32_t code,
                            std::string_view text) noexcept {
    const auto size = std::min<std::size_t>(text.size(), shared_.size());
    if (size != 0) std::memcpy(shared_.payload(slot), text.data(), size);
    answer(slot, abi::RequestState::Refused, {static_cast<std::uint32_t>(size), code});
    count(shared_.header().refused, ++refused_);
}

bool ServerExchange::refresh() noexcept {
    misses_ = 0;
    const auto sent = shared_.header().sent.load(std::memory_order_acquire);  // released in send()
    if (sent > seen_) see(sent);
    const bool more = found_ < seen_;
    interval_ = more ? 1 : std::min(2 * interval_, longest_interval);
    return more;
}

ServerExchange::Taken ServerExchange::scan() noexcept {
    for (std::uint32_t i = 0; i < longest_scan && scanned_ < shared_.count(); ++i) {
        const auto slot = cursor_;
        cursor_ = cursor_ + 1 == shared_.count() ? 0 : cursor_ + 1;
        ++scanned_;
        if (const auto sequence = fresh_in(slot); sequence != 0) {
            scanned_ = 0;
            return accept(slot, sequence);
        }
    }
    if (scanned_ >= shared_.count()) found_ = seen_;  // who counted more than there are lied
    return {};
}

}  // namespace bus::shm
