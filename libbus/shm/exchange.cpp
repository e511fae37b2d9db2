#include "shm/exchange.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace bus::shm {

static_assert(SlotPlaces::stamp == -std::ptrdiff_t{sizeof(abi::RequestHeader)});
static_assert(SlotPlaces::extent ==
              SlotPlaces::stamp + std::ptrdiff_t{offsetof(abi::RequestHeader, content)});
static_assert(RequestWords::stamp(9, RequestWords::requested) ==
              abi::request_stamp(9, abi::RequestState::Requested));
static_assert(RequestWords::stamp(9, RequestWords::responded) ==
              abi::request_stamp(9, abi::RequestState::Responded));

ClientExchange::ClientExchange(std::byte* segment, const abi::Geometry& geometry)
    : shared_{segment, geometry}, slots_(geometry.slots), free_(geometry.slots) {
    end_.first = shared_.payload(0);
    end_.stride = geometry.stride();
    end_.slots = slots_.data();
    end_.free = free_.data();
    for (auto slot = geometry.slots; slot > 0; --slot) free_[end_.free_count++] = slot - 1;
    end_.largest = shared_.size();
    end_.sent_word = &shared_.header().sent;
}

ClientExchange::Answer ClientExchange::glance(std::uint32_t slot) const noexcept {
    const auto sequence = slots_[slot].sequence;
    const auto& header = shared_.at(slot);
    const auto stamp = header.stamp.load(std::memory_order_acquire);  // released in hand_back()
    const bool responded = stamp == abi::request_stamp(sequence, abi::RequestState::Responded);
    if (!responded && stamp != abi::request_stamp(sequence, abi::RequestState::Refused)) return {};
    // relaxed: the stamp was acquired
    const auto content =
        abi::RequestContent::unpack(header.content.load(std::memory_order_relaxed));
    return {responded ? Look::Responded : Look::Refused, std::min(content.size, shared_.size()),
            content.code};
}

ClientExchange::Answer ClientExchange::look(std::uint32_t slot) noexcept {
    if (slots_[slot].stage != Stage::Sent) return {};
    const auto answer = glance(slot);
    if (answer.look != Look::Nothing) slots_[slot].stage = Stage::Lent;
    return answer;
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
    free_[end_.free_count++] = slot;
}

// Slots whose request was given up and answered since.
bool ClientExchange::reclaim() noexcept {
    if (abandoned_ == 0) return false;
    for (std::uint32_t slot = 0; slot < shared_.count(); ++slot) {
        auto& own = slots_[slot];
        if (own.stage != Stage::Abandoned || glance(slot).look == Look::Nothing) continue;
        own.stage = Stage::Free;
        free_[end_.free_count++] = slot;
        --abandoned_;
    }
    return end_.free_count != 0;
}

ServerExchange::ServerExchange(std::byte* segment, const abi::Geometry& geometry)
    : shared_{segment, geometry}, slots_(geometry.slots) {
    end_.first = shared_.payload(0);
    end_.stride = geometry.stride();
    end_.slots = slots_.data();
    end_.largest = shared_.size();
    end_.epoch = &shared_.header().sleep.epoch;
    end_.taken_word = &shared_.header().taken;
    end_.responded_word = &shared_.header().responded;
}

void ServerExchange::refuse(std::uint32_t slot, std::uint32_t code,
                            std::string_view text) noexcept {
    const auto size = std::min<std::size_t>(text.size(), shared_.size());
    if (size != 0) std::memcpy(shared_.payload(slot), text.data(), size);
    end_.hand_back(slot, abi::RequestContent{static_cast<std::uint32_t>(size), code}.pack(),
                   static_cast<std::uint64_t>(abi::RequestState::Refused));
    shared_.header().refused.store(++refused_, std::memory_order_relaxed);  // relaxed: statistics
}

bool ServerExchange::refresh() noexcept {
    end_.misses = 0;
    const auto sent = shared_.header().sent.load(std::memory_order_acquire);  // released in send()
    if (sent > end_.seen) end_.see(sent);
    const bool more = !found_all();
    end_.interval = more ? 1 : std::min(2 * end_.interval, longest_interval);
    return more;
}

ServerExchange::Taken ServerExchange::scan() noexcept {
    for (std::uint32_t i = 0; i < longest_scan && end_.scanned < shared_.count(); ++i) {
        const auto slot = cursor_;
        cursor_ = cursor_ + 1 == shared_.count() ? 0 : cursor_ + 1;
        ++end_.scanned;
        if (const auto sequence = end_.fresh_in(slot); sequence != 0) {
            end_.scanned = 0;
            return end_.accept(slot, sequence);
        }
    }
    // Who counted more than there are lied.
    if (end_.scanned >= shared_.count()) end_.found = end_.seen;
    return {};
}

}  // namespace bus::shm
