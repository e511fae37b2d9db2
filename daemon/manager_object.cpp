#include "daemon/manager_object.hpp"

#include <ranges>
#include <utility>

#include "abi/names.hpp"
#include "daemon/answer.hpp"
#include "wire/paths.hpp"

namespace shmbusd {
namespace {

sdbus::ObjectPath path_of(const std::string& name) {
    return sdbus::ObjectPath{bus::wire::path_of_region(name)};
}

}  // namespace

ManagerObject::ManagerObject(sdbus::IConnection& connection, Registry& registry, Callers& callers,
                             Follow follow)
    : AdaptorInterfaces{connection, bus::wire::PathName{bus::abi::manager_path}},
      registry_{registry},
      callers_{callers},
      follow_{std::move(follow)} {
    registerAdaptor();
}

ManagerObject::~ManagerObject() { unregisterAdaptor(); }

const Credentials& ManagerObject::caller() {
    return callers_.of(bus::wire::current_message(getObject()));
}

sdbus::ObjectPath ManagerObject::CreateRegion(const std::string& name, const std::string& kind,
                                              const bus::wire::Dictionary& options) {
    return answer([&] {
        auto& region = registry_.create(name, bus::wire::kind_from(kind),
                                        bus::wire::topic_options_from(options), caller());
        follow_.created(region);
        emitRegionAdded(name, path_of(name));
        return path_of(name);
    });
}

sdbus::ObjectPath ManagerObject::GetRegion(const std::string& name) {
    return answer([&] { return path_of(registry_.get(name).name()); });
}

void ManagerObject::RemoveRegion(const std::string& name) {
    answer([&] {
        registry_.check_removal(name, caller());
        follow_.removing(name);
        registry_.remove(name);
        emitRegionRemoved(name, path_of(name));
    });
}

std::vector<ManagerObject::Row> ManagerObject::ListRegions() {
    return answer([&] {
        std::vector<Row> rows;
        for (const auto& region : registry_.regions() | std::views::values) {
            const auto info = region->info();
            rows.emplace_back(info.name, path_of(info.name), std::string{to_string(info.kind)},
                              info.type, info.publishers, info.subscribers, info.bytes, info.owner,
                              info.mode, info.size);
        }
        return rows;
    });
}

std::string ManagerObject::Version() { return SHMBUS_VERSION; }

ManagerObject::Figures ManagerObject::Limits() {
    const auto& limits = registry_.limits();
    return {{"regions", limits.regions},
            {"attachments", limits.attachments},
            {"segment", limits.segment},
            {"total", limits.total}};
}

ManagerObject::Figures ManagerObject::Usage() {
    const auto usage = registry_.usage();
    return {{"regions", usage.regions}, {"attachments", usage.attachments}, {"total", usage.bytes}};
}

}  // namespace shmbusd
