#include "daemon/unit.hpp"

#include <cstdlib>
#include <string>

#include <unistd.h>

namespace shmbusd {
namespace {

constexpr const char* name = "org.freedesktop.systemd1";

// Set for every process that a unit is started with, and handed down to its children.
bool started_by_systemd() noexcept {
    return std::getenv("INVOCATION_ID") != nullptr && std::getenv("NOTIFY_SOCKET") != nullptr;
}

}  // namespace

Unit::Unit(sdbus::IConnection& connection) : connection_{connection} {
    if (!started_by_systemd()) return;
    manager_ = sdbus::createProxy(connection, bus::wire::BusName{name},
                                  bus::wire::PathName{"/org/freedesktop/systemd1"});
    manager_->callMethodAsync("GetUnitByPID")
        .onInterface("org.freedesktop.systemd1.Manager")
        .withArguments(static_cast<std::uint32_t>(::getpid()))
        .uponReplyInvoke([this](bus::wire::CallFailure failure, const sdbus::ObjectPath& path) {
            if (!failure) ask_restarts(path);
        });
}

void Unit::ask_restarts(const sdbus::ObjectPath& path) {
    unit_ = sdbus::createProxy(connection_, bus::wire::BusName{name},
                               bus::wire::PathName{static_cast<const std::string&>(path)});
    unit_->callMethodAsync("Get")
        .onInterface("org.freedesktop.DBus.Properties")
        .withArguments(std::string{"org.freedesktop.systemd1.Service"}, std::string{"NRestarts"})
        .uponReplyInvoke([this](bus::wire::CallFailure failure, const sdbus::Variant& value) {
            if (!failure) restarts_ = value.get<std::uint32_t>();
        });
}

}  // namespace shmbusd
