// The daemon itself on the bus: org.shmbus1.Manager.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>

#include "adaptor.hpp"
#include "daemon/answer.hpp"
#include "daemon/authority.hpp"
#include "daemon/callers.hpp"
#include "daemon/deferred.hpp"
#include "daemon/own_process.hpp"
#include "daemon/refusal.hpp"
#include "daemon/registry.hpp"
#include "daemon/unit.hpp"
#include "wire/dictionary.hpp"
#include "wire/rows.hpp"

namespace shmbusd {

class ManagerObject final
    : public sdbus::AdaptorInterfaces<org::shmbus1::Manager_adaptor, sdbus::ObjectManager_adaptor> {
public:
    // What the service does when a region is to be shown, and before it goes.
    struct Follow {
        std::function<void(Region&)> created;
        std::function<void(const std::string&)> removing;
    };

    ManagerObject(sdbus::IConnection& connection, Registry& registry, Callers& callers,
                  Authority& authority, Follow follow);
    ManagerObject(const ManagerObject&) = delete;
    ManagerObject& operator=(const ManagerObject&) = delete;
    ~ManagerObject();

    // Says that the region has come.
    void tell_added(const std::string& name);

private:
    using Statistics = std::tuple<std::uint64_t, std::vector<bus::wire::RegionRow>>;
    using Figures = std::map<std::string, std::uint64_t>;
    using QuotaRow = sdbus::Struct<std::uint32_t, Figures, Figures>;
    using QuotaRows = std::vector<QuotaRow>;

    sdbus::ObjectPath CreateRegion(const std::string& name, const std::string& kind,
                                   const bus::wire::Dictionary& options) override;
    sdbus::ObjectPath GetRegion(const std::string& name) override;
    void RemoveRegion(sdbus::Result<>&& result, std::string name) override;
    std::vector<bus::wire::ListedRow> ListRegions() override;
    Statistics GetStatistics() override;
    void GetQuotas(sdbus::Result<QuotaRows>&& result) override;

    std::string Version() override;
    Figures Limits() override;
    Figures Usage() override;
    Figures Process() override;

    [[nodiscard]] const Credentials& caller();
    // What becomes of a refusal of the call that is being handled.
    [[nodiscard]] Refusal refused(const std::string& region = {}) const;
    template <class Handler>
    auto answer(Handler handler) {
        return shmbusd::answer(std::move(handler),
                               [this](const bus::Error& error) { refused()(error); });
    }
    void remove(const std::string& name);
    [[nodiscard]] static QuotaRow row_of(const bus::Quota& quota);

    Registry& registry_;
    Callers& callers_;
    Authority& authority_;
    Follow follow_;
    OwnProcess process_;
    Unit unit_;
};

}  // namespace shmbusd
