// The daemon joined to its bus: registry, objects, clients, and the name that makes it the one
// daemon there.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <sdbus-c++/sdbus-c++.h>

#include "daemon/callers.hpp"
#include "daemon/config.hpp"
#include "daemon/manager_object.hpp"
#include "daemon/region_object.hpp"
#include "daemon/registry.hpp"
#include "daemon/semaphore_tag.hpp"

namespace shmbusd {

class Service {
public:
    // Takes the bus name, then clears away what an earlier daemon left. `bus` is the bus in words.
    // Throws: bus::Error NameTaken, SystemError.
    Service(std::unique_ptr<sdbus::IConnection> connection, const std::string& bus,
            const Config& config);
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    [[nodiscard]] sdbus::IConnection& connection() noexcept { return *connection_; }
    // Handles what has arrived; ends the attachments of clients that left. Rethrows what a handler
    // failed with.
    void process();
    void reload(const Config& config) noexcept { registry_->set_limits(config.limits); }
    [[nodiscard]] std::string status() const;

private:
    void take_name(const std::string& bus);
    void announce(const bus::Event& event);

    std::unique_ptr<sdbus::IConnection> connection_;
    Callers callers_;
    std::unique_ptr<SemaphoreTag> tag_;
    std::unique_ptr<Registry> registry_;
    std::unique_ptr<ManagerObject> manager_;
    std::map<std::string, std::unique_ptr<RegionObject>> objects_;
};

}  // namespace shmbusd
