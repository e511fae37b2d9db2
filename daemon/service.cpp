#include "daemon/service.hpp"

#include <exception>
#include <utility>

#include <spdlog/spdlog.h>

#include <bus/error.hpp>

#include "abi/names.hpp"
#include "daemon/answer.hpp"

namespace shmbusd {

Service::Service(std::unique_ptr<sdbus::IConnection> connection, const std::string& bus,
                 const Config& config)
    : connection_{std::move(connection)}, callers_{*connection_} {
    // Objects first, name last: whoever sees the name finds a complete service. The tag proves that
    // no other daemon serves this bus before anything of its is cleared away.
    tag_ = std::make_unique<SemaphoreTag>(callers_.bus_id());
    if (const auto count = tag_->clear_leftovers(); count != 0)
        spdlog::info("unlinked {} semaphores that an earlier daemon left", count);
    registry_ = std::make_unique<Registry>(config.limits, tag_->text(),
                                           [this](const bus::Event& event) { announce(event); });
    manager_ = std::make_unique<ManagerObject>(
        *connection_, *registry_, callers_,
        ManagerObject::Follow{.created =
                                  [this](Region& region) {
                                      objects_.emplace(
                                          region.name(),
                                          std::make_unique<RegionObject>(*connection_, *registry_,
                                                                         region, callers_));
                                      spdlog::info("region {} created by user {}", region.name(),
                                                   region.access().owner);
                                  },
                              .removing =
                                  [this](const std::string& name) {
                                      objects_.erase(name);
                                      spdlog::info("region {} removed", name);
                                  }});
    take_name(bus);
}

void Service::take_name(const std::string& bus) {
    try {
        connection_->requestName(bus::wire::BusName{bus::abi::bus_name});
    } catch (const sdbus::Error& error) {
        throw bus::Error{bus::Errc::NameTaken, std::string{bus::abi::bus_name} +
                                                   ": cannot be taken on " + bus + ": " +
                                                   error.getMessage()};
    }
}

void Service::process() {
    try {
        while (bus::wire::process_one(*connection_))
            if (pending_failure())
                std::rethrow_exception(std::exchange(pending_failure(), nullptr));
    } catch (const sdbus::Error& error) {
        throw bus::Error{bus::Errc::Disconnected, "the bus: " + error.getMessage()};
    }
    for (const auto& peer : callers_.take_departed()) registry_->client_gone(peer);
}

void Service::announce(const bus::Event& event) {
    spdlog::info("region {}: {} {} (pid {}, user {}) {}", event.region, to_string(event.role),
                 event.attachment, event.pid, event.uid, to_string(event.what));
    if (const auto object = objects_.find(event.region); object != objects_.end())
        object->second->tell(event);
}

std::string Service::status() const {
    const auto usage = registry_->usage();
    return std::to_string(usage.regions) + " regions, " + std::to_string(usage.attachments) +
           " attachments, " + std::to_string(usage.bytes) + " bytes";
}

}  // namespace shmbusd
