#include "daemon/service.hpp"

#include <exception>
#include <set>
#include <utility>

#include <spdlog/spdlog.h>

#include <bus/error.hpp>

#include "abi/names.hpp"
#include "daemon/accounts.hpp"
#include "daemon/answer.hpp"
#include "daemon/journal.hpp"
#include "daemon/restoration.hpp"

namespace shmbusd {
namespace {

Happening happening_of(bus::Event::What what) noexcept {
    switch (what) {
        case bus::Event::What::Attached:
            return Happening::Attached;
        case bus::Event::What::Died:
            return Happening::Died;
        case bus::Event::What::Evicted:
            return Happening::Evicted;
        default:
            return Happening::Detached;
    }
}

void record_region(Happening what, const Region& region, std::string_view word) {
    const auto owner = region.access().owner;
    record({.what = what,
            .text = fmt::format("region {} of {} {}, {} attachments", region.name(),
                                user_text(owner), word, region.attachments()),
            .region = region.name(),
            .uid = owner});
}

}  // namespace

// The tag proves that no other daemon serves this bus before anything of its is taken or cleared.
Service::Service(std::unique_ptr<sdbus::IConnection> connection, Polkit polkit, const Rules& rules,
                 FdStore& store)
    : connection_{std::move(connection)},
      store_{store},
      callers_{*connection_},
      authority_{*connection_, polkit} {
    const auto bus_id = callers_.bus_id();
    tag_ = std::make_unique<SemaphoreTag>(bus_id);
    registry_ = std::make_unique<Registry>(
        rules, Surroundings{.tag = tag_->text(), .bus_id = bus_id, .store = &store_},
        [this](const bus::Event& event, const Credentials& who) { announce(event, who); });
    manager_ =
        std::make_unique<ManagerObject>(*connection_, *registry_, callers_, authority_, follow());
}

ManagerObject::Follow Service::follow() {
    return {.created = [this](Region& region) { show_new(region); },
            .removing = [this](const std::string& name) { hide(name); }};
}

// Objects first, then the name: whoever sees it finds a complete service. Who left before, and
// found nobody to tell, has stated so by then.
void Service::start(Inheritance left, const Settings& settings, const std::string& bus) {
    take_up(std::move(left));
    clear_semaphores();
    apply(settings);
    take_name(bus);
    registry_->end_detached();
}

void Service::take_up(Inheritance left) {
    const auto restored = restore(*registry_, store_, std::move(left));
    for (const auto& text : restored.set_aside)
        record({.what = Happening::SetAside,
                .text = "set aside, and left in the descriptor store: " + text});
    if (restored.dropped != 0)
        spdlog::info("dropped {} descriptors that belong to nothing", restored.dropped);
    recall_clients();
    for (auto* region : restored.regions) {
        region->resume();
        show(*region);
        record_region(Happening::Restored, *region, "restored");
    }
}

// Whoever left the bus while no daemon was there is dead, and so is whoever is somebody else now.
// A watch on the bus is set before the bus is asked: nobody leaves unseen in between.
void Service::recall_clients() {
    std::set<std::string> gone;
    for (const auto* member : registry_->members()) {
        const auto& then = member->owner();
        if (member->state() == bus::abi::EntryState::Departed) continue;
        try {
            const auto& now = callers_.of(then.peer);
            if (now.uid != then.uid || now.pid != then.pid) gone.insert(then.peer);
        } catch (const bus::Error&) {  // the bus knows nobody of this name
            gone.insert(then.peer);
        }
    }
    for (const auto& peer : gone) registry_->client_gone(peer);
}

void Service::clear_semaphores() {
    std::set<std::string> in_use;
    for (const auto* member : registry_->members()) in_use.insert(member->semaphore());
    if (const auto count = tag_->clear_leftovers(in_use); count != 0)
        spdlog::info("unlinked {} semaphores that an earlier daemon left", count);
}

void Service::show(Region& region) {
    objects_.emplace(region.name(), std::make_unique<RegionObject>(*connection_, *registry_, region,
                                                                   callers_, authority_));
}

void Service::show_new(Region& region) {
    show(region);
    objects_.at(region.name())->tell_added();
    manager_->tell_added(region.name());
    record_region(Happening::Created, region, "created");
}

void Service::hide(const std::string& name) {
    objects_.erase(name);
    record_region(Happening::Removed, registry_->get(name), "removed");
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
        show_new(registry_->declare(declared));
}

void Service::update(const DeclaredRegion& declared) {
    auto& region = registry_->get(declared.name);
    for (const auto& key : list_differences(region.shape(), declared.shape))
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
    // Not all there is: callers that never cease must not keep a turn of the loop from its end.
    constexpr int most = 64;
    try {
        for (int count = 0; count < most && bus::wire::process_one(*connection_); ++count)
            if (pending_failure())
                std::rethrow_exception(std::exchange(pending_failure(), nullptr));
    } catch (const sdbus::Error& error) {
        throw bus::Error{bus::Errc::Disconnected, "the bus: " + error.getMessage()};
    }
    for (const auto& peer : callers_.take_departed()) registry_->client_gone(peer);
}

void Service::announce(const bus::Event& event, const Credentials& who) {
    record({.what = happening_of(event.what),
            .text = fmt::format("region {}: {} {} (pid {}, {}) {}", event.region,
                                to_string(event.role), event.attachment, event.pid,
                                user_text(event.uid), to_string(event.what)),
            .region = event.region,
            .attachment = event.attachment,
            .peer = who.peer,
            .uid = who.uid});
    if (const auto object = objects_.find(event.region); object != objects_.end())
        object->second->tell(event);
}

std::string Service::status() const {
    const auto usage = registry_->usage();
    return std::to_string(usage.regions) + " regions, " + std::to_string(usage.attachments) +
           " attachments, " + std::to_string(usage.bytes) + " bytes";
}

}  // namespace shmbusd
