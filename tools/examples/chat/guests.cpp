#include "guests.hpp"

#include <algorithm>
#include <chrono>

#include <bus/error.hpp>

namespace chat {
namespace {

constexpr auto region_name = "chat.guests";
constexpr auto object_name = "guests";
constexpr std::uint32_t most = 64;

using Map = bus::SharedMap<std::uint64_t, Guest>;

}  // namespace

Guests::Guests(const bus::Connection& connection)
    : region_{connection,
              region_name,
              {.size = 64 * 1024, .writers = most, .type = "chat.Guests"},
              {.waker = bus::Waker::EventFd, .type = "chat.Guests"}},
      board_{region_, region_name} {}

// Where somebody died in the middle of a change, what is there is worth nothing; but each of those
// who live writes himself in again as soon as he finds that he is missing.
template <class Act>
void Guests::change(Act act) {
    const auto attempt = [&] {
        auto change = board_.change();
        return act(change.make<Map>(object_name));
    };
    bool changed = false;
    try {
        changed = attempt();
    } catch (const bus::Error& error) {
        if (error.errc() != bus::Errc::BadSegment) throw;
        board_.reset();
        attempt();
        changed = true;
    }
    if (changed) region_.notify();
}

void Guests::enter(std::uint64_t number, const Guest& guest) {
    change([&](Map& map) {
        map.insert_or_assign(number, guest);
        return true;
    });
}

void Guests::remove(std::uint64_t number) {
    change([number](Map& map) { return map.erase(number) != 0; });
}

void Guests::keep_only(std::span<const std::uint64_t> there) {
    change([there](Map& map) {
        const auto before = map.size();
        for (auto guest = map.begin(); guest != map.end();)
            guest = std::ranges::find(there, guest->first) == there.end() ? map.erase(guest)
                                                                          : std::next(guest);
        return map.size() != before;
    });
}

// Under a reader's share of the lock this would do as well; a snapshot keeps nobody waiting.
Guests::All Guests::all() {
    try {
        const auto snapshot = board_.snapshot();
        const auto* map = snapshot.find<Map>(object_name);
        if (map != nullptr) return {map->begin(), map->end()};
    } catch (const bus::Error& error) {
        if (error.errc() != bus::Errc::BadSegment) throw;  // the next change() mends it
    }
    return {};
}

bool Guests::changed() noexcept { return region_.wait_for(std::chrono::nanoseconds{0}); }

}  // namespace chat
