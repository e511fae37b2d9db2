#include "daemon/restoration.hpp"

#include <algorithm>
#include <optional>
#include <ranges>
#include <set>
#include <utility>

#include <bus/error.hpp>

#include "base/event.hpp"
#include "base/memfd.hpp"
#include "daemon/kept_name.hpp"
#include "daemon/survivor.hpp"
#include "shm/waker.hpp"

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

// A removal that the earlier daemon did not finish is finished: whoever sleeps on an eventfd may
// not have heard of it; the others look by themselves. What it had is dropped as belonging to
// nothing.
void finish_removal(std::uint64_t number, Inheritance& left) {
    for (auto& [name, fd] : left) {
        const auto parsed = KeptName::parse(name);
        const bool event = parsed && parsed->what == KeptName::What::Event;
        if (event && parsed->region == number && bus::base::is_event(fd.get()))
            bus::shm::Waker{std::move(fd)}.post();
    }
}

}  // namespace

Restoration restore(Registry& registry, Store& store, Inheritance left) {
    Restoration done;
    std::set<std::uint64_t> aside;
    registry.number_from(highest_number(left) + 1);
    for (const auto number : rosters_in(left)) {
        try {
            auto survivor = admit_survivor(number, left);
            if (survivor.removed) {
                finish_removal(number, left);
                store.drop(roster_name(number));
            } else {
                done.regions.push_back(&registry.restore(std::move(survivor)));
            }
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
