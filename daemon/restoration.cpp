#include "daemon/restoration.hpp"

#include <algorithm>
#include <optional>
#include <ranges>
#include <set>
#include <utility>

#include <bus/error.hpp>

#include "daemon/kept_name.hpp"
#include "daemon/survivor.hpp"

namespace shmbusd {
namespace {

// Of all regions that left a roster, the latest first: of two with one name that is the one which
// clients were told of last.
std::vector<std::uint64_t> rosters_in(const Inheritance& left) {
    std::set<std::uint64_t> numbers;
    for (const auto& name : left | std::views::keys)
        if (const auto parsed = KeptName::parse(name);
            parsed && parsed->what == KeptName::What::Roster)
            numbers.insert(parsed->region);
    return {numbers.rbegin(), numbers.rend()};
}

std::uint64_t highest_number(const Inheritance& left) {
    std::uint64_t highest = 0;
    for (const auto& name : left | std::views::keys)
        if (const auto parsed = KeptName::parse(name)) highest = std::max(highest, parsed->region);
    return highest;
}

// A removal that the earlier daemon did not finish is finished.
void finish(Registry& registry, Region& region, bool removed, Restoration& done) {
    if (removed)
        registry.remove(region.name());
    else
        done.regions.push_back(&region);
}

}  // namespace

Restoration restore(Registry& registry, Store& store, Inheritance left) {
    Restoration done;
    std::set<std::uint64_t> aside;
    registry.number_from(highest_number(left) + 1);
    for (const auto number : rosters_in(left)) {
        try {
            auto survivor = admit_survivor(number, left);
            const bool removed = survivor.removed;
            finish(registry, registry.restore(std::move(survivor)), removed, done);
        } catch (const bus::Error& error) {
            aside.insert(number);
            done.set_aside.push_back(roster_name(number) + ": " + error.what());
        }
    }
    for (const auto& name : left | std::views::keys) {
        const auto parsed = KeptName::parse(name);
        if (!parsed) done.set_aside.push_back(name + ": no descriptor of this service");
        if (!parsed || aside.contains(parsed->region)) continue;
        store.drop(name);
        ++done.dropped;
    }
    return done;
}

}  // namespace shmbusd
