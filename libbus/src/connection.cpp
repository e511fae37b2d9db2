#include <bus/connection.hpp>

#include "src/control.hpp"

namespace bus {

Connection::Connection(std::shared_ptr<ConnectionCore> core) : core_{std::move(core)} {}

Connection Connection::system() {
    return Connection{std::make_shared<ConnectionCore>(BusAddress{BusAddress::Which::System, {}})};
}

Connection Connection::session() {
    return Connection{std::make_shared<ConnectionCore>(BusAddress{BusAddress::Which::Session, {}})};
}

Connection Connection::address(const std::string& address) {
    return Connection{
        std::make_shared<ConnectionCore>(BusAddress{BusAddress::Which::Address, address})};
}

void Connection::create_topic(std::string_view name, const TopicOptions& options) {
    core_->create_region(std::string{name}, wire::request_of(options));
}

void Connection::create_service(std::string_view name, const ServiceOptions& options) {
    core_->create_region(std::string{name}, wire::request_of(options));
}

void Connection::create_raw(std::string_view name, const RawOptions& options) {
    core_->create_region(std::string{name}, wire::request_of(options));
}

void Connection::remove(std::string_view name) { core_->remove_region(std::string{name}); }

std::vector<RegionInfo> Connection::regions() { return core_->regions(); }

bool Connection::contains(std::string_view name) {
    try {
        return !core_->find_region(std::string{name}).empty();
    } catch (const Error& error) {
        if (error.errc() == Errc::NoSuchRegion) return false;
        throw;
    }
}

RegionStatus Connection::status(std::string_view name) { return core_->status(std::string{name}); }

Activity Connection::activity(std::chrono::nanoseconds limit) { return core_->activity(limit); }

Access Connection::access(std::string_view name) { return core_->access(std::string{name}); }

void Connection::set_access(std::string_view name, const AccessChange& change) {
    core_->set_access(std::string{name}, change);
}

std::vector<Quota> Connection::quotas() { return core_->quotas(); }

std::string Connection::daemon_version() { return core_->version(); }

const std::string& Connection::bus_name() const noexcept { return core_->bus_name(); }

}  // namespace bus
