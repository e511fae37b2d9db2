#include "daemon/service.hpp"

#include <exception>
#include <utility>

#include <spdlog/spdlog.h>

#include <bus/error.hpp>

#include "abi/names.hpp"
#include "daemon/accounts.hpp"
#include "daemon/answer.hpp"

namespace shmbusd {

Service::Service(std::unique_ptr<sdbus::IConnection> connection, const std::string& bus,
                 Polkit polkit, const Settings& settings)
    : connection_{std::move(connection)}, callers_{*connection_}, authority_{*connection_, polkit} {
    // Objects first, name last: whoever sees the name finds a complete service. The tag proves that
    // no other daemon serves this bus before anything of its is cleared away.
    tag_ = std::make_unique<SemaphoreTag>(callers_.bus_id());
    if (const auto count = tag_->clear_leftovers(); count != 0)
        spdlog::info("unlinked {} semaphores that an earlier daemon left", count);
    registry_ = std::make_unique<Registry>(settings.config.rules, tag_->text(),
                                           [this](const bus::Event& event) { announce(event); });
    manager_ =
        std::make_unique<ManagerObject>(*connection_, *registry_, callers_, authority_, follow());
    apply(settings);
    take_name(bus);
}

ManagerObject::Follow Service::follow() {
    return {.created = [this](Region& region) { show(region); },
            .removing = [this](const std::string& name) { hide(name); }};
}

void Service::show(Region& region) {
    const auto& name = region.name();
    objects_.emplace(name, std::make_unique<RegionObject>(*connection_, *registry_, region,
                                                          callers_, authority_));
    manager_->tell_added(name);
    spdlog::info("region {} created by {}", name, user_text(region.access().owner));
}

void Service::hide(const std::string& name) {
    objects_.erase(name);
    spdlog::info("region {} removed", name);
}

void Service::apply(const Settings& settings) {
    registry_->set_rules(settings.config.rules);
    for (const auto& declared : settings.regions) {
        try {
            declare(declared);
        } catch (const bus::Error& error) {
            spdlog::error("{}: {}", declared.file, error.what());
        }
    }
}

void Service::declare(const DeclaredRegion& declared) {
    if (registry_->contains(declared.name))
        update(declared);
    else
        show(registry_->declare(declared));
}

void Service::update(const DeclaredRegion& declared) {
    auto& region = registry_->get(declared.name);
    for (const auto& key : list_differences(region.options(), declared.options))
        spdlog::warn("{}: {}= cannot change while region {} is there: remove it, then reload",
                     declared.file, key, declared.name);
    if (region.access() == declared.access) return;
    region.set_access(declared.access, Billing::Always);
    objects_.at(declared.name)->tell_access();
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
