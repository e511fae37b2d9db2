#include "daemon/region_kinds.hpp"

#include <utility>

#include "daemon/raw_region.hpp"
#include "daemon/service_region.hpp"
#include "daemon/topic_region.hpp"

namespace shmbusd {
namespace {

template <class... Arguments>
std::unique_ptr<Region> make(bus::Kind kind, Arguments&&... arguments) {
    if (kind == bus::Kind::Topic)
        return std::make_unique<TopicRegion>(std::forward<Arguments>(arguments)...);
    if (kind == bus::Kind::Raw)
        return std::make_unique<RawRegion>(std::forward<Arguments>(arguments)...);
    return std::make_unique<ServiceRegion>(std::forward<Arguments>(arguments)...);
}

}  // namespace

std::unique_ptr<Region> make_region(RegionPlan plan, Quotas& quotas, Region::Announce announce) {
    const auto kind = plan.shape.kind;
    return make(kind, std::move(plan), quotas, std::move(announce));
}

std::unique_ptr<Region> take_up_region(RegionPlan plan, Survivor survivor, Quotas& quotas,
                                       Region::Announce announce) {
    const auto kind = plan.shape.kind;
    auto region = make(kind, std::move(plan), std::as_const(survivor), quotas, std::move(announce));
    region->take_up(std::move(survivor));
    return region;
}

}  // namespace shmbusd
