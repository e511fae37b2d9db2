// The daemon itself on the bus: org.shmbus1.Manager.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>

#include "adaptor.hpp"
#include "daemon/callers.hpp"
#include "daemon/registry.hpp"
#include "wire/dictionary.hpp"

namespace shmbusd {

class ManagerObject final
    : public sdbus::AdaptorInterfaces<org::shmbus1::Manager_adaptor, sdbus::ObjectManager_adaptor> {
public:
    // What the service does when a region has come, and before it goes.
    struct Follow {
        std::function<void(Region&)> created;
        std::function<void(const std::string&)> removing;
    };

    ManagerObject(sdbus::IConnection& connection, Registry& registry, Callers& callers,
                  Follow follow);
    ManagerObject(const ManagerObject&) = delete;
    ManagerObject& operator=(const ManagerObject&) = delete;
    ~ManagerObject();

private:
    using Row =
        sdbus::Struct<std::string, sdbus::ObjectPath, std::string, std::string, std::uint32_t,
                      std::uint32_t, std::uint64_t, std::uint32_t, std::uint32_t, std::uint64_t>;
    using Figures = std::map<std::string, std::uint64_t>;

    sdbus::ObjectPath CreateRegion(const std::string& name, const std::string& kind,
                                   const bus::wire::Dictionary& options) override;
    sdbus::ObjectPath GetRegion(const std::string& name) override;
    void RemoveRegion(const std::string& name) override;
    std::vector<Row> ListRegions() override;

    std::string Version() override;
    Figures Limits() override;
    Figures Usage() override;

    [[nodiscard]] const Credentials& caller();

    Registry& registry_;
    Callers& callers_;
    Follow follow_;
};

}  // namespace shmbusd
