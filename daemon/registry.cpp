#include "daemon/registry.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <ranges>
#include <utility>

#include <bus/error.hpp>

#include "abi/names.hpp"
#include "daemon/region_kinds.hpp"

namespace shmbusd {

using bus::Errc;
using bus::Error;

Registry::Registry(Rules rules, Surroundings around, Region::Announce announce)
    : rules_{std::move(rules)},
      around_{std::move(around)},
      announce_{std::move(announce)},
      quotas_{rules_.quotas} {}

void Registry::set_rules(Rules rules) {
    rules_ = std::move(rules);
    quotas_.set_rules(rules_.quotas);
}

void Registry::place(RegionPlan& plan, std::uint64_t number) const {
    plan.number = number;
    plan.semaphore_prefix =
        std::string{bus::abi::semaphore_prefix} + around_.tag + "-" + std::to_string(number) + "-";
    plan.bus_id = around_.bus_id;
    plan.store = around_.store;
}

Region& Registry::restore(Survivor survivor) {
    const auto name = survivor.name;
    if (regions_.contains(name))
        throw Error{Errc::RegionExists, name + ": a later region has the name"};
    RegionPlan plan{.name = name,
                    .shape = survivor.shape,
                    .access = survivor.access,
                    .largest = std::numeric_limits<std::uint64_t>::max()};  // it is there
    place(plan, survivor.number);
    const bool elsewhere = survivor.bus_id != around_.bus_id;
    auto region = take_up_region(std::move(plan), std::move(survivor), quotas_, announce_);
    if (elsewhere) region->move_to_bus(around_.bus_id);
    return *regions_.emplace(name, std::move(region)).first->second;
}

void Registry::check_name(const std::string& name) const {
    bus::abi::check_name(name);
    if (regions_.contains(name))
        throw Error{Errc::RegionExists, name + ": the region exists already"};
}

Region& Registry::create(const std::string& name, const bus::abi::Shape& shape,
                         const bus::AccessChange& access, const Credentials& caller) {
    bus::abi::check_name(name);
    rules_.create.check(name, caller);
    check_name(name);
    return add({.name = name, .shape = shape, .access = rule_of(caller, access)});
}

Region& Registry::declare(const DeclaredRegion& declared) {
    check_name(declared.name);
    return add({.name = declared.name,
                .shape = declared.shape,
                .access = declared.access,
                .billing = Billing::Always});
}

Region& Registry::add(RegionPlan plan) {
    if (regions_.size() >= rules_.limits.regions)
        throw Error{Errc::LimitsExceeded, plan.name + ": the service has " +
                                              std::to_string(rules_.limits.regions) +
                                              " regions, its limit"};
    place(plan, next_number_++);
    plan.largest = rules_.limits.segment;
    auto region = make_region(std::move(plan), quotas_, announce_);
    check_memory(region->name(), region->bytes());
    const auto name = region->name();
    return *regions_.emplace(name, std::move(region)).first->second;
}

void Registry::check_memory(const std::string& name, std::uint64_t more) const {
    if (usage().bytes + more > rules_.limits.total)
        throw Error{Errc::LimitsExceeded, name + ": the service's memory limit of " +
                                              std::to_string(rules_.limits.total) +
                                              " bytes is used up"};
}

Region& Registry::get(const std::string& name) {
    bus::abi::check_name(name);
    const auto found = regions_.find(name);
    if (found == regions_.end()) throw Error{Errc::NoSuchRegion, name + ": no such region"};
    return *found->second;
}

void Registry::remove(const std::string& name) {
    regions_.at(name)->end();
    regions_.erase(name);
}

const Attachment& Registry::attach(Region& region, const JoinRequest& request,
                                   const Credentials& caller) {
    if (usage().attachments >= rules_.limits.attachments)
        throw Error{Errc::LimitsExceeded, region.name() + ": the service has " +
                                              std::to_string(rules_.limits.attachments) +
                                              " attachments, its limit"};
    check_memory(region.name(), region.bytes_of(request.role));
    return region.attach(request, caller);
}

SharedBytes Registry::grow(Region& region, std::uint64_t attachment, std::uint64_t bytes,
                           std::string_view peer) {
    check_memory(region.name(), std::min(bytes, rules_.limits.total));
    return region.grow(attachment, peer, bytes);
}

void Registry::client_gone(std::string_view peer) {
    for (const auto& region : regions_ | std::views::values) region->client_gone(peer);
}

void Registry::end_detached() {
    for (const auto& region : regions_ | std::views::values) region->end_detached();
}

std::vector<const Attachment*> Registry::members() const {
    std::vector<const Attachment*> members;
    for (const auto& region : regions_ | std::views::values)
        std::ranges::copy(region->members(), std::back_inserter(members));
    return members;
}

bus::Resources Registry::usage() const noexcept {
    bus::Resources usage;
    usage.regions = regions_.size();
    for (const auto& region : regions_ | std::views::values) {
        usage.attachments += region->attachments();
        usage.bytes += region->bytes();
    }
    return usage;
}

}  // namespace shmbusd
