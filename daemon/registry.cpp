#include "daemon/registry.hpp"

#include <ranges>
#include <utility>

#include <bus/error.hpp>

#include "abi/names.hpp"

namespace shmbusd {

using bus::Errc;
using bus::Error;

Registry::Registry(const Limits& limits, std::string_view tag, Region::Announce announce)
    : limits_{limits},
      semaphore_prefix_{std::string{bus::abi::semaphore_prefix} + std::string{tag} + "-"},
      announce_{std::move(announce)} {}

Region& Registry::create(const std::string& name, bus::Kind kind, const bus::TopicOptions& options,
                         const Credentials& caller) {
    bus::abi::check_name(name);
    if (kind != bus::Kind::Topic)
        throw Error{Errc::InvalidArgument,
                    name + ": this version has no regions of kind " + std::string{to_string(kind)}};
    if (regions_.contains(name))
        throw Error{Errc::RegionExists, name + ": the region exists already"};
    const auto used = usage();
    if (used.regions >= limits_.regions)
        throw Error{
            Errc::LimitsExceeded,
            name + ": the service has " + std::to_string(limits_.regions) + " regions, its limit"};
    const auto number = next_number_++;
    AccessRule access{caller.uid, caller.groups.empty() ? 0 : caller.groups.front(), options.mode};
    auto region = std::make_unique<Region>(
        RegionPlan{.name = name,
                   .number = number,
                   .kind = kind,
                   .options = options,
                   .access = access,
                   .largest = limits_.segment,
                   .semaphore_prefix = semaphore_prefix_ + std::to_string(number) + "-"},
        announce_);
    if (used.bytes + region->bytes() > limits_.total)
        throw Error{Errc::LimitsExceeded, name + ": the service's memory limit of " +
                                              std::to_string(limits_.total) + " bytes is used up"};
    return *regions_.emplace(name, std::move(region)).first->second;
}

Region& Registry::get(const std::string& name) {
    bus::abi::check_name(name);
    const auto found = regions_.find(name);
    if (found == regions_.end()) throw Error{Errc::NoSuchRegion, name + ": no such region"};
    return *found->second;
}

void Registry::check_removal(const std::string& name, const Credentials& caller) {
    const auto& region = get(name);
    if (!region.access().may_administer(caller))
        throw Error{Errc::AccessDenied, name + ": only its owner may remove it, not user " +
                                            std::to_string(caller.uid)};
}

void Registry::remove(const std::string& name) {
    regions_.at(name)->end();
    regions_.erase(name);
}

const Attachment& Registry::attach(Region& region, const JoinRequest& request,
                                   const Credentials& caller) {
    const auto used = usage();
    if (used.attachments >= limits_.attachments)
        throw Error{Errc::LimitsExceeded, region.name() + ": the service has " +
                                              std::to_string(limits_.attachments) +
                                              " attachments, its limit"};
    if (used.bytes + region.bytes_of(request.role) > limits_.total)
        throw Error{Errc::LimitsExceeded, region.name() + ": the service's memory limit of " +
                                              std::to_string(limits_.total) + " bytes is used up"};
    return region.attach(request, caller);
}

void Registry::client_gone(std::string_view peer) {
    for (const auto& region : regions_ | std::views::values) region->client_gone(peer);
}

Usage Registry::usage() const noexcept {
    Usage usage;
    usage.regions = regions_.size();
    for (const auto& region : regions_ | std::views::values) {
        usage.attachments += region->attachments();
        usage.bytes += region->bytes();
    }
    return usage;
}

}  // namespace shmbusd
