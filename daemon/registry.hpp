// All regions of this daemon, by name.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/access.hpp"
#include "daemon/config.hpp"
#include "daemon/region.hpp"

namespace shmbusd {

// What is used of the limits.
struct Usage {
    std::uint64_t regions = 0;
    std::uint64_t attachments = 0;
    std::uint64_t bytes = 0;
};

class Registry {
public:
    // `tag` tells this daemon's semaphores from those of daemons on other buses.
    Registry(const Limits& limits, std::string_view tag, Region::Announce announce);

    // Throws: bus::Error InvalidName, InvalidArgument, RegionExists, LimitsExceeded, OutOfMemory.
    Region& create(const std::string& name, bus::Kind kind, const bus::TopicOptions& options,
                   const Credentials& caller);
    // Throws: bus::Error InvalidName, NoSuchRegion.
    [[nodiscard]] Region& get(const std::string& name);
    // Whether the caller may remove it. Throws: bus::Error InvalidName, NoSuchRegion, AccessDenied.
    void check_removal(const std::string& name, const Credentials& caller);
    // Ends the region for everyone. Requires: it is there.
    void remove(const std::string& name);
    // Joins a region if the service has room for one more. Throws: as Region::attach().
    [[nodiscard]] const Attachment& attach(Region& region, const JoinRequest& request,
                                           const Credentials& caller);
    void client_gone(std::string_view peer);

    [[nodiscard]] const std::map<std::string, std::unique_ptr<Region>>& regions() const noexcept {
        return regions_;
    }
    [[nodiscard]] Usage usage() const noexcept;
    [[nodiscard]] const Limits& limits() const noexcept { return limits_; }
    void set_limits(const Limits& limits) noexcept { limits_ = limits; }

private:
    Limits limits_;
    std::string semaphore_prefix_;
    Region::Announce announce_;
    std::map<std::string, std::unique_ptr<Region>> regions_;
    std::uint64_t next_number_ = 1;
};

}  // namespace shmbusd
