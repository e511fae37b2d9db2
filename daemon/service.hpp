// The daemon joined to its bus: registry, objects, clients, and the name that makes it the one
// daemon there.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <sdbus-c++/sdbus-c++.h>

#include "daemon/authority.hpp"
#include "daemon/callers.hpp"
#include "daemon/manager_object.hpp"
#include "daemon/region_object.hpp"
#include "daemon/registry.hpp"
#include "daemon/semaphore_tag.hpp"
#include "daemon/settings.hpp"

namespace shmbusd {

class Service {
public:
    // Clears away what an earlier daemon left, makes the declared regions, then takes the bus name.
    // `bus` is the bus in words. Throws: bus::Error NameTaken, SystemError.
    Service(std::unique_ptr<sdbus::IConnection> connection, const std::string& bus, Polkit polkit,
            const Settings& settings);
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    [[nodiscard]] sdbus::IConnection& connection() noexcept { return *connection_; }
    // Handles what has arrived; ends the attachments of clients that left. Rethrows what a handler
    // failed with.
    void process();
    // Rules hold for what comes after; declared regions are made, or get their access. What cannot
    // change in a region that is there is logged.
    void apply(const Settings& settings);
    [[nodiscard]] std::string status() const;

private:
    void take_name(const std::string& bus);
    [[nodiscard]] ManagerObject::Follow follow();
    void show(Region& region);
    void hide(const std::string& name);
    void declare(const DeclaredRegion& declared);
    void update(const DeclaredRegion& declared);
    void announce(const bus::Event& event);

    std::unique_ptr<sdbus::IConnection> connection_;
    Callers callers_;
    Authority authority_;
    std::unique_ptr<SemaphoreTag> tag_;
    std::unique_ptr<Registry> registry_;
    std::unique_ptr<ManagerObject> manager_;
    std::map<std::string, std::unique_ptr<RegionObject>> objects_;
};

}  // namespace shmbusd
