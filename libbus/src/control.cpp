#include "src/control.hpp"

#include <cstdlib>
#include <system_error>
#include <utility>

#include "abi/names.hpp"
#include "proxy.hpp"
#include "wire/access.hpp"
#include "wire/dictionary.hpp"
#include "wire/error_bridge.hpp"
#include "wire/fd_bridge.hpp"
#include "wire/paths.hpp"
#include "wire/sdbus_bridge.hpp"

namespace bus {
namespace {

std::string describe(const BusAddress& address) {
    const char* session = std::getenv("DBUS_SESSION_BUS_ADDRESS");
    switch (address.which) {
        case BusAddress::Which::System:
            return "the system bus";
        case BusAddress::Which::Session:
            return "the session bus (" + std::string{session != nullptr ? session : "no address"} +
                   ")";
        case BusAddress::Which::Address:
            break;
    }
    return "the bus at " + address.address;
}

Resources limits_from(const std::map<std::string, std::uint64_t>& figures) {
    const auto limit = [&](const char* key) {
        const auto found = figures.find(key);
        return found != figures.end() ? found->second : unlimited;
    };
    return {limit("regions"), limit("attachments"), limit("bytes")};
}

std::uint64_t counter(const std::map<std::string, std::uint64_t>& counters, const char* key) {
    const auto found = counters.find(key);
    return found != counters.end() ? found->second : 0;
}

}  // namespace

std::unique_ptr<sdbus::IConnection> open_bus(const BusAddress& address) {
    try {
        switch (address.which) {
            case BusAddress::Which::System:
                return sdbus::createSystemBusConnection();
            case BusAddress::Which::Session:
                return sdbus::createSessionBusConnection();
            case BusAddress::Which::Address:
                break;
        }
        return sdbus::createSessionBusConnectionWithAddress(address.address);
    } catch (const sdbus::Error& error) {
        throw Error{Errc::NoBus, describe(address) + ": cannot be reached: " + error.getMessage()};
    }
}

// The proxies are never registered: this connection makes calls and takes no signals, which nobody
// would read. Watch has a connection of its own for those.
class ConnectionCore::ManagerProxy : public sdbus::ProxyInterfaces<org::shmbus1::Manager_proxy> {
public:
    explicit ManagerProxy(sdbus::IConnection& connection)
        : ProxyInterfaces{connection, wire::BusName{abi::bus_name},
                          wire::PathName{abi::manager_path}} {}

private:
    void onRegionAdded(const std::string&, const sdbus::ObjectPath&) override {}
    void onRegionRemoved(const std::string&, const sdbus::ObjectPath&) override {}
};

class ConnectionCore::RegionProxy : public sdbus::ProxyInterfaces<org::shmbus1::Region_proxy> {
public:
    RegionProxy(sdbus::IConnection& connection, const std::string& path)
        : ProxyInterfaces{connection, wire::BusName{abi::bus_name}, wire::PathName{path}} {}

private:
    void onAttachmentChanged(const std::uint64_t&, const std::string&, const std::string&,
                             const std::uint32_t&, const std::uint32_t&) override {}
};

ConnectionCore::ConnectionCore(BusAddress address)
    : address_{std::move(address)},
      bus_name_{describe(address_)},
      connection_{open_bus(address_)},
      manager_{std::make_unique<ManagerProxy>(*connection_)} {}

ConnectionCore::~ConnectionCore() = default;

template <class Call>
auto ConnectionCore::guarded(const std::string& object, Call call) {
    const std::lock_guard lock{mutex_};
    try {
        return call();
    } catch (const sdbus::Error& error) {
        throw wire::from_wire(error, object, bus_name_);
    } catch (const Error&) {
        throw;
    } catch (const std::system_error& error) {
        // A received descriptor that sdbus-c++ 2 cannot duplicate.
        throw Error{Errc::SystemError, object + ": " + error.what()};
    }
}

// Names are checked here as well as by the daemon: D-Bus would cut one at a NUL, and carries none
// that is not UTF-8.
void ConnectionCore::create_region(const std::string& name, Kind kind,
                                   const TopicOptions& options) {
    abi::check_name(name);
    if (const auto fault = abi::type_fault(options.type); !fault.empty())
        throw Error{Errc::InvalidArgument, "type: " + std::string{fault}};
    guarded(name, [&] {
        manager_->CreateRegion(name, std::string{to_string(kind)}, wire::dictionary_from(options));
    });
}

void ConnectionCore::remove_region(const std::string& name) {
    abi::check_name(name);
    guarded(name, [&] { manager_->RemoveRegion(name); });
}

std::string ConnectionCore::find_region(const std::string& name) {
    abi::check_name(name);
    return guarded(name, [&] { return std::string{manager_->GetRegion(name)}; });
}

std::vector<RegionInfo> ConnectionCore::regions() {
    const auto rows = guarded("regions", [&] { return manager_->ListRegions(); });
    std::vector<RegionInfo> regions;
    for (const auto& row : rows)
        regions.push_back({.name = row.get<0>(),
                           .kind = wire::kind_from(row.get<2>()),
                           .type = row.get<3>(),
                           .size = row.get<9>(),
                           .publishers = row.get<4>(),
                           .subscribers = row.get<5>(),
                           .bytes = row.get<6>(),
                           .owner = row.get<7>(),
                           .mode = row.get<8>()});
    return regions;
}

RegionStatus ConnectionCore::status(const std::string& name) {
    const auto path = find_region(name);
    return guarded(name, [&] {
        RegionProxy region{*connection_, path};
        RegionStatus status;
        status.options = wire::topic_options_from(region.Options());
        status.access = access_of(region);
        status.options.mode = status.access.mode;
        status.region = {.name = name,
                         .kind = wire::kind_from(region.Kind()),
                         .type = status.options.type,
                         .size = status.options.size,
                         .publishers = region.Publishers(),
                         .subscribers = region.Subscribers(),
                         .bytes = region.Bytes(),
                         .owner = status.access.owner,
                         .mode = status.access.mode};
        status.slots = region.Slots();
        status.slot_stride = region.SlotStride();
        for (const auto& row : region.GetStatistics()) {
            const auto& counters = row.get<6>();
            AttachmentInfo info{.id = row.get<0>(),
                                .role = wire::role_from(row.get<1>()),
                                .state = wire::state_from(row.get<2>()),
                                .pid = static_cast<::pid_t>(row.get<3>()),
                                .uid = row.get<4>(),
                                .peer = row.get<5>(),
                                .asleep = counter(counters, "asleep") != 0,
                                .samples = counter(counters, "samples"),
                                .bytes = counter(counters, "bytes"),
                                .missed = counter(counters, "missed"),
                                .stalls = counter(counters, "stalls"),
                                .holds = static_cast<std::uint32_t>(counter(counters, "holds")),
                                .memory = counter(counters, "memory"),
                                .lanes = {}};
            for (const auto& lane : row.get<7>())
                info.lanes.push_back({lane.get<0>(), lane.get<1>()});
            status.attachments.push_back(std::move(info));
        }
        return status;
    });
}

Access ConnectionCore::access_of(RegionProxy& region) {
    return {.owner = region.Owner(),
            .group = region.Group(),
            .mode = region.Mode(),
            .users = wire::rights_from(region.Users()),
            .groups = wire::rights_from(region.Groups())};
}

Access ConnectionCore::access(const std::string& name) {
    const auto path = find_region(name);
    return guarded(name, [&] {
        RegionProxy region{*connection_, path};
        return access_of(region);
    });
}

void ConnectionCore::set_access(const std::string& name, const AccessChange& change) {
    const auto path = find_region(name);
    guarded(name, [&] {
        RegionProxy{*connection_, path}.SetAccess(wire::dictionary_from(change));
    });
}

std::vector<Quota> ConnectionCore::quotas() {
    const auto rows = guarded("quotas", [&] { return manager_->GetQuotas(); });
    std::vector<Quota> quotas;
    for (const auto& row : rows) {
        const auto& used = row.get<1>();
        quotas.push_back({.user = row.get<0>(),
                          .used = {counter(used, "regions"), counter(used, "attachments"),
                                   counter(used, "bytes")},
                          .limits = limits_from(row.get<2>())});
    }
    return quotas;
}

std::string ConnectionCore::version() {
    return guarded("shmbusd", [&] { return manager_->Version(); });
}

AttachReply ConnectionCore::attach(const std::string& path, const std::string& name,
                                   const AttachRequest& request) {
    return guarded(name, [&] {
        RegionProxy region{*connection_, path};
        const wire::Dictionary options{
            {"type", sdbus::Variant{std::string{request.type}}},
            {"size", sdbus::Variant{std::uint64_t{request.size}}},
            {"waker", sdbus::Variant{std::string{
                          request.waker == bus::Waker::EventFd ? "eventfd" : "semaphore"}}}};
        auto [attachment, geometry, roster, segment, semaphore, event] =
            region.Attach(std::string{to_string(request.role)}, options);
        return AttachReply{attachment,
                           wire::geometry_from(geometry),
                           wire::from_wire(std::move(roster)),
                           {wire::from_wire(std::move(segment)), semaphore,
                            wire::from_wire_list(std::move(event))}};
    });
}

void ConnectionCore::activate(const std::string& path, std::uint64_t attachment) {
    guarded(path, [&] { RegionProxy{*connection_, path}.Activate(attachment); });
}

Handles ConnectionCore::open_peer(const std::string& path, std::uint64_t attachment,
                                  std::uint64_t peer) {
    return guarded(path, [&] {
        auto [segment, semaphore, event] =
            RegionProxy{*connection_, path}.OpenPeer(attachment, peer);
        return Handles{wire::from_wire(std::move(segment)), semaphore,
                       wire::from_wire_list(std::move(event))};
    });
}

void ConnectionCore::detach(const std::string& path, std::uint64_t attachment) {
    guarded(path, [&] { RegionProxy{*connection_, path}.Detach(attachment); });
}

bool ConnectionCore::report_stall(const std::string& path, std::uint64_t attachment,
                                  std::uint64_t laggard) {
    return guarded(path, [&] {
        return RegionProxy{*connection_, path}.ReportStall(attachment, laggard);
    });
}

}  // namespace bus
