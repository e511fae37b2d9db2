#include "src/control.hpp"

#include <chrono>
#include <exception>
#include <random>
#include <tuple>
#include <utility>

#include <unistd.h>

#include "abi/names.hpp"
#include "proxy.hpp"
#include "wire/access.hpp"
#include "wire/dictionary.hpp"
#include "wire/fd_bridge.hpp"
#include "wire/paths.hpp"
#include "wire/rows.hpp"
#include "wire/sdbus_bridge.hpp"

namespace bus {
namespace {

Resources limits_from(const wire::Counters& figures) {
    return {wire::counter(figures, "regions", unlimited),
            wire::counter(figures, "attachments", unlimited),
            wire::counter(figures, "bytes", unlimited)};
}

// A brisk call gives up after this: long for a daemon that is well, short for who must not wait.
constexpr std::chrono::milliseconds brisk{100};
constexpr std::chrono::seconds unhurried{25};  // as sd-bus by itself

// Tells this request from all others of this client, and is never 0.
std::uint64_t fresh_token() {
    std::random_device source;
    return (std::uint64_t{source()} << 32 | source()) | 1U;
}

// Notes that the daemon answered, unless the scope is left by an exception.
class Served {
public:
    explicit Served(std::atomic<bool>& served) noexcept : served_{served} {}
    ~Served() {
        if (std::uncaught_exceptions() == before_) served_ = true;
    }

private:
    std::atomic<bool>& served_;
    int before_ = std::uncaught_exceptions();
};

// The options of the region's own kind; those of the others stay empty.
void resolve_options(RegionStatus& status, const abi::Shape& shape) {
    if (shape.kind == Kind::Topic) status.options = abi::topic_options(shape);
    if (shape.kind == Kind::Service) status.service = abi::service_options(shape);
    if (shape.kind == Kind::Raw) status.raw = abi::raw_options(shape);
    status.options.mode = status.service.mode = status.raw.mode = status.access.mode;
}

}  // namespace

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
auto ConnectionCore::guarded(const std::string& object, Call call, bool* cut_off) {
    Patience patience;
    for (;;) {
        try {
            const Lock lock{mutex_};
            const Served mark{served_};
            return received(object, call);
        } catch (const sdbus::Error& error) {
            if (cut_off != nullptr && wire::is_cut_off(error)) *cut_off = true;
            if (!worth_repeating(error, patience)) throw wire::from_wire(error, object, bus_name_);
        }
    }
}

// Without a daemon ever since the connection was made, or for as long as patience lasts, the next
// call has no reason to wait.
bool ConnectionCore::worth_repeating(const sdbus::Error& error, Patience& patience) {
    if (!wire::is_away(error)) {
        served_ = true;
        return false;
    }
    if (wire::is_cut_off(error)) served_ = true;
    if (served_ && patience.pause()) return true;
    served_ = false;
    return false;
}

template <class Call>
auto ConnectionCore::briskly(const std::string& object, Call call) {
    return once(object, brisk, std::move(call));
}

// Names are checked here as well as by the daemon: D-Bus would cut one at a NUL, and carries none
// that is not UTF-8.
void ConnectionCore::create_region(const std::string& name, const wire::RegionRequest& request) {
    abi::check_name(name);
    if (const auto fault = abi::type_fault(request.shape.type); !fault.empty())
        throw Error{Errc::InvalidArgument, "type: " + std::string{fault}};
    bool cut_off = false;
    try {
        guarded(
            name,
            [&] {
                manager_->CreateRegion(name, std::string{to_string(request.shape.kind)},
                                       wire::dictionary_from(request));
            },
            &cut_off);
    } catch (const Error& error) {
        // The attempt that got no answer did it.
        if (!cut_off || error.errc() != Errc::RegionExists || !is_as_asked(name, request)) throw;
    }
}

bool ConnectionCore::is_as_asked(const std::string& name, const wire::RegionRequest& request) {
    const auto path = find_region(name);
    return guarded(name, [&] {
        RegionProxy region{*connection_, path};
        return region.Owner() == ::geteuid() && shape_of(region) == request.shape &&
               region.Mode() == request.access.mode;
    });
}

void ConnectionCore::remove_region(const std::string& name) {
    abi::check_name(name);
    bool cut_off = false;
    try {
        guarded(
            name, [&] { manager_->RemoveRegion(name); }, &cut_off);
    } catch (const Error& error) {
        if (!cut_off || error.errc() != Errc::NoSuchRegion) throw;  // as above
    }
}

std::string ConnectionCore::find_region(const std::string& name) {
    abi::check_name(name);
    return guarded(name, [&] { return std::string{manager_->GetRegion(name)}; });
}

std::vector<RegionInfo> ConnectionCore::regions() {
    return wire::infos_from(guarded("regions", [&] { return manager_->ListRegions(); }));
}

RegionStatus ConnectionCore::status(const std::string& name) {
    const auto path = find_region(name);
    return guarded(name, [&] {
        RegionProxy region{*connection_, path};
        RegionStatus status;
        const auto shape = shape_of(region);
        status.access = access_of(region);
        resolve_options(status, shape);
        status.region = {.name = name,
                         .kind = shape.kind,
                         .type = shape.type,
                         .size = shape.size,
                         .publishers = region.Publishers(),
                         .subscribers = region.Subscribers(),
                         .bytes = region.Bytes(),
                         .owner = status.access.owner,
                         .mode = status.access.mode};
        status.slots = region.Slots();
        status.slot_stride = region.SlotStride();
        status.region.size = region.Size();
        status.generation = region.Generation();
        status.attachments = wire::infos_from(region.GetStatistics());
        return status;
    });
}

abi::Shape ConnectionCore::shape_of(RegionProxy& region) {
    return wire::request_from(wire::kind_from(region.Kind()), region.Options()).shape;
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
        quotas.push_back(
            {.user = row.get<0>(),
             .used = {wire::counter(used, "regions"), wire::counter(used, "attachments"),
                      wire::counter(used, "bytes")},
             .limits = limits_from(row.get<2>())});
    }
    return quotas;
}

std::string ConnectionCore::version() {
    return guarded("shmbusd", [&] { return manager_->Version(); });
}

AttachReply ConnectionCore::attach(const std::string& path, const std::string& name,
                                   const AttachRequest& request) {
    const auto token = fresh_token();
    return guarded(name, [&] {
        RegionProxy region{*connection_, path};
        wire::Dictionary options{
            {"token", sdbus::Variant{token}},
            {"type", sdbus::Variant{std::string{request.type}}},
            {"size", sdbus::Variant{std::uint64_t{request.size}}},
            {"waker", sdbus::Variant{std::string{
                          request.waker == bus::Waker::EventFd ? "eventfd" : "semaphore"}}}};
        if (request.standby) options.emplace("standby", sdbus::Variant{true});
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
                                  std::uint64_t peer, Manner manner) {
    const auto call = [&] {
        std::tuple<wire::WireFd, std::string, std::vector<wire::WireFd>> reply;
        auto& [segment, semaphore, event] = reply;
        const auto proxy =
            sdbus::createProxy(*connection_, wire::BusName{abi::bus_name}, wire::PathName{path});
        proxy->callMethod("OpenPeer")
            .onInterface(abi::region_interface)
            .withTimeout(manner == Manner::Brisk ? brisk : unhurried)
            .withArguments(attachment, peer)
            .storeResultsTo(segment, semaphore, event);
        return Handles{wire::from_wire(std::move(segment)), semaphore,
                       wire::from_wire_list(std::move(event))};
    };
    return manner == Manner::Brisk ? briskly(path, call) : guarded(path, call);
}

BytesReply ConnectionCore::open_bytes(const std::string& path, std::uint64_t attachment,
                                      Manner manner) {
    const auto call = [&] {
        std::tuple<std::uint64_t, std::uint64_t, wire::WireFd, wire::WireFd> reply;
        auto& [generation, bytes, lock, segment] = reply;
        sdbus::createProxy(*connection_, wire::BusName{abi::bus_name}, wire::PathName{path})
            ->callMethod("OpenBytes")
            .onInterface(abi::region_interface)
            .withTimeout(manner == Manner::Brisk ? brisk : unhurried)
            .withArguments(attachment)
            .storeResultsTo(generation, bytes, lock, segment);
        return BytesReply{generation, bytes, wire::from_wire(std::move(lock)),
                          wire::from_wire(std::move(segment))};
    };
    return manner == Manner::Brisk ? briskly(path, call) : guarded(path, call);
}

BytesReply ConnectionCore::grow(const std::string& path, std::uint64_t attachment,
                                std::uint64_t bytes) {
    return guarded(path, [&] {
        auto [generation, segment] = RegionProxy{*connection_, path}.Grow(attachment, bytes);
        return BytesReply{generation, bytes, {}, wire::from_wire(std::move(segment))};
    });
}

void ConnectionCore::announce(const std::string& path, std::uint64_t attachment,
                              std::uint64_t generation) {
    guarded(path, [&] { RegionProxy{*connection_, path}.Announce(attachment, generation); });
}

bool ConnectionCore::detach(const std::string& path, std::uint64_t attachment) {
    return once(path, unhurried, [&] {
        try {
            RegionProxy{*connection_, path}.Detach(attachment);
            return true;
        } catch (const sdbus::Error& error) {
            if (!wire::is_away(error)) throw;
            return false;
        }
    });
}

bool ConnectionCore::report_stall(const std::string& path, std::uint64_t attachment,
                                  std::uint64_t laggard) {
    return briskly(path, [&] {
        bool evicted = false;
        sdbus::createProxy(*connection_, wire::BusName{abi::bus_name}, wire::PathName{path})
            ->callMethod("ReportStall")
            .onInterface(abi::region_interface)
            .withTimeout(brisk)
            .withArguments(attachment, laggard)
            .storeResultsTo(evicted);
        return evicted;
    });
}

}  // namespace bus
