#include "members.hpp"

#include <array>
#include <cstdint>

#include "table.hpp"

namespace ctl {
namespace {

using bus::Role;

// The role that RegionInfo counts as publishers, then the one that it counts as subscribers.
constexpr std::array<std::array<Role, 2>, 3> roles{{{Role::Publisher, Role::Subscriber},
                                                    {Role::Server, Role::Client},
                                                    {Role::Writer, Role::Reader}}};
constexpr std::array kinds{bus::Kind::Topic, bus::Kind::Service, bus::Kind::Raw};

std::array<std::uint64_t, 2> count_of(bus::Kind kind, std::span<const bus::RegionInfo> regions) {
    std::array<std::uint64_t, 2> counts{};
    for (const auto& region : regions) {
        if (region.kind != kind) continue;
        counts[0] += region.publishers;
        counts[1] += region.subscribers;
    }
    return counts;
}

}  // namespace

std::string members_text(std::span<const bus::RegionInfo> regions) {
    std::string text;
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
        const auto counts = count_of(kinds[kind], regions);
        for (std::size_t which = 0; which < counts.size(); ++which)
            if (counts[which] != 0)
                text += (text.empty() ? "" : ", ") +
                        counted(counts[which], to_string(roles[kind][which]));
    }
    return text.empty() ? "nobody" : text;
}

}  // namespace ctl
