// A region of any shape that somebody may ask for, and a roster that says anything: what a geometry
// is derived from is refused or fits into the limit, and whoever reads the roster stays within it.
#include <chrono>
#include <string>

#include <bus/error.hpp>

#include "abi/roles.hpp"
#include "flips.hpp"
#include "script.hpp"
#include "shm/derive.hpp"
#include "shm/roster.hpp"
#include "unit/evil.hpp"
#include "unit/shm/ring_fixture.hpp"
#include "verdict.hpp"

namespace {

using fuzz::require;

constexpr std::uint64_t limit = std::uint64_t{1} << 22;

std::uint64_t quantity(fuzz::Script& script) {
    return script.choose(4) == 0 ? bus::evil(script, 4096) : script.number<std::uint8_t>();
}
std::uint32_t count(fuzz::Script& script) { return static_cast<std::uint32_t>(quantity(script)); }

bus::abi::Shape shape_from(fuzz::Script& script) {
    bus::abi::Shape shape;
    shape.kind = static_cast<bus::Kind>(script.choose(4));
    shape.size = quantity(script);
    if (script.choose(2) == 0) shape.alignment = quantity(script);
    shape.history = count(script);
    shape.slots = count(script);
    shape.overflow = static_cast<bus::Overflow>(script.choose(4));
    shape.leading = count(script);
    shape.following = count(script);
    shape.holds = count(script);
    shape.fence = static_cast<bus::Fence>(script.choose(4));
    shape.patience = std::chrono::nanoseconds{static_cast<std::int64_t>(quantity(script))};
    shape.type = script.text();
    return shape;
}

void check_geometry(const bus::abi::Geometry& geometry) {
    for (const auto role :
         {bus::abi::leading_role(geometry.kind), bus::abi::following_role(geometry.kind)})
        require(geometry.segment_bytes(role) <= limit, "a segment is beyond the limit");
    require(geometry.entries() >= 1 && geometry.roster_bytes() < (std::uint64_t{1} << 32),
            "a roster has no measure");
}

void read(const bus::shm::RosterReader& roster, std::uint32_t seldom) {
    static_cast<void>(roster.change());
    static_cast<void>(roster.generation());
    static_cast<void>(roster.removed());
    for (std::uint32_t i = 0; i < roster.entries(); i += 1 + seldom) {
        const auto word = roster.entry(i);
        require(bus::abi::EntryWord::unpack(word.pack()) == word,
                "an entry's word is not its parts");
        static_cast<void>(bus::shm::text_of(roster.facts(i).peer));
    }
    static_cast<void>(roster.count_active(bus::abi::EntryRole::Publisher));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Script script{data, size};
    try {
        const auto geometry = bus::shm::derive_geometry(shape_from(script), limit);
        check_geometry(geometry);
        if (geometry.roster_bytes() > 64 * 1024) return 0;
        bus::shm::Memory memory{geometry.roster_bytes()};
        fuzz::Flips flips{script.split()};
        flips.watch(memory.data(), memory.size());
        const auto said = script.rest();
        std::memcpy(memory.data(), said.data(), std::min(said.size(), memory.size()));
        read({memory.data(), geometry}, 0);
        const auto facts = bus::shm::read_facts(memory.data());
        static_cast<void>(bus::shm::shape_of(facts.record));
        static_cast<void>(bus::shm::text_of(facts.record.name));
    } catch (const bus::Error&) {  // refused
    }
    return 0;
}
