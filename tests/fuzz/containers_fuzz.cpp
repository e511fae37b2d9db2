// The index of a raw region's named objects, which any writer of the region may have written: a
// reader lists and finds within the memory, or refuses. Inside a container it relies on the
// writers, so none is entered here.
#include <cstring>
#include <span>
#include <string>

#include <bus/container_space.hpp>

#include "flips.hpp"
#include "script.hpp"
#include "unit/evil.hpp"
#include "unit/shm/ring_fixture.hpp"
#include "verdict.hpp"

namespace {

constexpr std::size_t bytes = bus::SharedLayout::least_bytes;

// What an honest writer leaves.
const std::string& honest_memory() {
    static const std::string memory = [] {
        bus::shm::Memory space{bytes};
        const std::span<std::byte> all{space.data(), space.size()};
        bus::ContainerWriter::lay_out(all, "honest");
        bus::ContainerWriter writer{all, "honest"};
        writer.make<double>("speed", 1.5);
        writer.make<bus::SharedString>("label");
        writer.make<bus::SharedVector<int>>("counts");
        return std::string{reinterpret_cast<const char*>(all.data()), all.size()};
    }();
    return memory;
}

void look(std::span<const std::byte> memory, std::string_view name) {
    try {
        const bus::ContainerReader reader{memory, "foreign"};
        static_cast<void>(reader.half_changed());
        for (const auto& object : reader.objects()) {
            fuzz::require(object.name.size() <= bus::SharedLayout::longest_name + 1,
                          "a name is long");
            fuzz::require(object.type.size() <= bus::SharedLayout::longest_type + 1,
                          "a type is long");
        }
        if (const auto* value = reader.find<double>(name); value != nullptr) {
            const auto* place = reinterpret_cast<const std::byte*>(value);
            fuzz::require(
                place >= memory.data() && place + sizeof *value <= memory.data() + memory.size(),
                "a value lies outside");
        }
        static_cast<void>(reader.find<bus::SharedVector<int>>("counts"));
    } catch (const bus::Error&) {  // refused
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Script script{data, size};
    bus::shm::Memory memory{bytes};
    std::memcpy(memory.data(), honest_memory().data(), bytes);
    fuzz::Flips flips{script.split()};
    flips.watch(memory.data(), memory.size());
    flips.set_around(bytes);
    while (!script.ended()) {
        // The head and the first entries are what says something.
        const auto at = script.number<std::uint16_t>() %
                        (sizeof(bus::SharedLayout::Header) + 4 * sizeof(bus::SharedLayout::Entry));
        const auto value = bus::evil(script, bytes);
        std::memcpy(memory.data() + at, &value, 1 + script.choose(sizeof value));
        if (script.choose(4) == 0) look({memory.data(), memory.size()}, "speed");
    }
    look({memory.data(), memory.size()}, "speed");
    return 0;
}
