// The daemon joined to its bus: registry, objects, clients, and the name that makes it the one
// daemon there.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <sdbus-c++/sdbus-c++.h>

#include "daemon/authority.hpp"
#include "daemon/callers.hpp"
#include "daemon/fd_store.hpp"
#include "daemon/manager_object.hpp"
#include "daemon/region_object.hpp"
#include "daemon/registry.hpp"
#include "daemon/semaphore_tag.hpp"
#include "daemon/settings.hpp"

namespace shmbusd {

class Service {
public:
    // Throws: bus::Error NameTaken when another daemon serves this bus. Follow with start().
    Service(std::unique_ptr<sdbus::IConnection> connection, Polkit polkit, const Rules& rules,
            FdStore& store);
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    // Takes up what an earlier daemon left and clears away the rest, makes the declared regions,
    // then takes the bus name. `bus` is the bus in words. Throws: bus::Error NameTaken,
    // SystemError; what was taken up is whole then, for a later daemon, unless this is destroyed.
    void start(Inheritance left, const Settings& settings, const std::string& bus);

    [[nodiscard]] sdbus::IConnection& connection() noexcept { return *connection_; }
    // Handles some of what has arrived; ends the attachments of clients that left. Rethrows what a
    // handler failed with.
    void process();
    // Rules hold for what comes after; declared regions are made, or get their access. What cannot
    // change in a region that is there is logged.
    void apply(const Settings& settings);
    [[nodiscard]] std::string status() const;

private:
    void take_name(const std::string& bus);
    [[nodiscard]] ManagerObject::Follow follow();
    void take_up(Inheritance left);
    void recall_clients();
    void clear_semaphores();
    void show(Region& region);
    void show_new(Region& region);
    void hide(const std::string& name);
    void declare(const DeclaredRegion& declared);
    void update(const DeclaredRegion& declared);
    void announce(const bus::Event& event, const Credentials& who);

    std::unique_ptr<sdbus::IConnection> connection_;
    FdStore& store_;
    Callers callers_;
    Authority authority_;
    std::unique_ptr<SemaphoreTag> tag_;
    std::unique_ptr<Registry> registry_;
    std::unique_ptr<ManagerObject> manager_;
    std::map<std::string, std::unique_ptr<RegionObject>> objects_;
};

}  // namespace shmbusd
