#include "flips.hpp"

#include <cstdlib>
#include <cstring>

#include "unit/evil.hpp"

namespace fuzz {
namespace {

Flips* current = nullptr;  // one at a time; none while it is at work itself

}  // namespace

Flips::Flips(Script script) noexcept : script_{script} { current = this; }
Flips::~Flips() { current = nullptr; }

void Flips::watch(const Place& place) noexcept {
    if (count_ == std::size(places_)) std::abort();
    places_[count_++] = place;
}

void Flips::before_load(std::uintptr_t address, std::size_t bytes) noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
        const auto& place = places_[i];
        const auto at = address - reinterpret_cast<std::uintptr_t>(place.looked_at);
        if (at >= place.bytes || place.bytes - at < bytes) continue;
        if (script_.ended() || script_.choose(4) != 0) return;
        const auto value = bus::evil(script_, around_);
        std::memcpy(place.written + at, &value, std::min(bytes, sizeof value));
        return;
    }
}

}  // namespace fuzz

#define ON_LOAD(width)                                                                    \
    extern "C" __attribute__((no_sanitize("coverage"))) void __sanitizer_cov_load##width( \
        const void* address) {                                                            \
        auto* flips = fuzz::current;                                                      \
        if (flips == nullptr) return;                                                     \
        fuzz::current = nullptr;                                                          \
        flips->before_load(reinterpret_cast<std::uintptr_t>(address), width);             \
        fuzz::current = flips;                                                            \
    }
ON_LOAD(1)
ON_LOAD(2)
ON_LOAD(4)
ON_LOAD(8)
ON_LOAD(16)
