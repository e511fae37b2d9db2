// All regions of this daemon, by name.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/access.hpp"
#include "daemon/quota.hpp"
#include "daemon/region.hpp"
#include "daemon/rules.hpp"

namespace shmbusd {

// A region that an administrator has declared.
struct DeclaredRegion {
    std::string file;  // that says so
    std::string name;
    bus::abi::Shape shape;
    AccessRule access;
};

// What a registry is told of the world around it.
struct Surroundings {
    std::string tag;  // tells this daemon's semaphores from those of daemons on other buses
    std::string bus_id;
    Store* store = nullptr;  // for what outlives this process; outlives the registry
};

class Registry {
public:
    Registry(Rules rules, Surroundings around, Region::Announce announce);

    // Throws: bus::Error InvalidName, InvalidArgument, RegionExists, AccessDenied, LimitsExceeded,
    // OutOfMemory.
    Region& create(const std::string& name, const bus::abi::Shape& shape,
                   const bus::AccessChange& access, const Credentials& caller);
    // The same at an administrator's word: whatever its owner may create and has. Throws: as
    // create().
    Region& declare(const DeclaredRegion& declared);
    [[nodiscard]] bool contains(const std::string& name) const { return regions_.contains(name); }
    // Takes up a region that an earlier daemon left. Throws: bus::Error RegionExists, SystemError.
    Region& restore(Survivor survivor);
    // Regions to come get numbers from here on.
    void number_from(std::uint64_t number) noexcept { next_number_ = number; }
    // Throws: bus::Error InvalidName, NoSuchRegion.
    [[nodiscard]] Region& get(const std::string& name);
    // Ends the region for everyone. Requires: it is there.
    void remove(const std::string& name);
    // More bytes for a raw region if the service has room for them. Throws: as Region::grow().
    [[nodiscard]] SharedBytes grow(Region& region, std::uint64_t attachment, std::uint64_t bytes,
                                   std::string_view peer);
    // Joins a region if the service has room for one more. Throws: as Region::attach().
    [[nodiscard]] const Attachment& attach(Region& region, const JoinRequest& request,
                                           const Credentials& caller);
    void client_gone(std::string_view peer);
    void end_detached();

    [[nodiscard]] const std::map<std::string, std::unique_ptr<Region>>& regions() const noexcept {
        return regions_;
    }
    // What is used of the limits.
    [[nodiscard]] bus::Resources usage() const noexcept;
    [[nodiscard]] const Limits& limits() const noexcept { return rules_.limits; }
    [[nodiscard]] const Quotas& quotas() const noexcept { return quotas_; }
    // Every attachment there is.
    [[nodiscard]] std::vector<const Attachment*> members() const;
    // They hold for what comes after.
    void set_rules(Rules rules);

private:
    void check_name(const std::string& name) const;
    void check_memory(const std::string& name, std::uint64_t more) const;
    // Throws: bus::Error LimitsExceeded.
    Region& add(RegionPlan plan);

    // What every region is given of the surroundings.
    void place(RegionPlan& plan, std::uint64_t number) const;

    Rules rules_;
    Surroundings around_;
    Region::Announce announce_;
    Quotas quotas_;  // before the regions, which give back to it
    std::map<std::string, std::unique_ptr<Region>> regions_;
    std::uint64_t next_number_ = 1;
};

}  // namespace shmbusd
