#include "wire/error_bridge.hpp"

#include <array>
#include <string_view>

#include "abi/errors.hpp"
#include "wire/sdbus_bridge.hpp"

namespace bus::wire {
namespace {

struct ForeignRow {
    std::string_view name;
    Errc code;
};

// Errors that the bus, sd-bus or sdbus-c++ give on their own.
constexpr std::array foreign{
    ForeignRow{"org.freedesktop.DBus.Error.ServiceUnknown", Errc::NoDaemon},
    ForeignRow{"org.freedesktop.DBus.Error.NameHasNoOwner", Errc::NoDaemon},
    ForeignRow{"org.freedesktop.DBus.Error.UnknownObject", Errc::NoSuchRegion},
    ForeignRow{"org.freedesktop.DBus.Error.UnknownMethod", Errc::NoSuchRegion},
    ForeignRow{"org.freedesktop.DBus.Error.UnknownInterface", Errc::NoSuchRegion},
    ForeignRow{"org.freedesktop.DBus.Error.AccessDenied", Errc::AccessDenied},
    ForeignRow{"org.freedesktop.DBus.Error.NoReply", Errc::TimedOut},
    ForeignRow{"org.freedesktop.DBus.Error.Timeout", Errc::TimedOut},
    ForeignRow{"org.freedesktop.DBus.Error.TimedOut", Errc::TimedOut},
    ForeignRow{"org.freedesktop.DBus.Error.Disconnected", Errc::Disconnected},
    ForeignRow{"System.Error.ENOTCONN", Errc::Disconnected},
    ForeignRow{"System.Error.ECONNRESET", Errc::Disconnected},
    ForeignRow{"System.Error.EPIPE", Errc::Disconnected},
};

bool is_activation_failure(std::string_view name) noexcept {
    return name.starts_with("org.freedesktop.DBus.Error.Spawn.") ||
           name.starts_with("org.freedesktop.systemd1.");
}

Error no_daemon(const std::string& bus) {
    return Error{Errc::NoDaemon, "shmbusd: not running on " + bus +
                                     "; start it there (systemctl start shmbusd, or shmbusd "
                                     "--session, or shmbusd --address=...)"};
}

}  // namespace

bool is_cut_off(const sdbus::Error& error) {
    return std::string_view{error.getName()} == "org.freedesktop.DBus.Error.NoReply";
}

// TimedOut is said by the bus, of a daemon that it began to start and that did not come: nobody got
// the call. Timeout is said by sd-bus, of a call whose fate it does not know.
bool is_away(const sdbus::Error& error) {
    const std::string name = error.getName();
    return is_cut_off(error) || name == "org.freedesktop.DBus.Error.ServiceUnknown" ||
           name == "org.freedesktop.DBus.Error.NameHasNoOwner" ||
           name == "org.freedesktop.DBus.Error.TimedOut" || is_activation_failure(name);
}

bool is_interrupted(const sdbus::Error& error) {
    return std::string_view{error.getName()} == "System.Error.EINTR";
}

sdbus::Error to_wire(const Error& error) {
    const auto* row = abi::find_error(error.errc());
    const auto name = row != nullptr ? row->dbus_name : "org.shmbus1.Error.SystemError";
    return make_error(std::string{name}, error.what());
}

Error from_wire(const sdbus::Error& error, const std::string& object, const std::string& bus) {
    const std::string name = error.getName();
    if (const auto* row = abi::find_error(name)) return Error{row->code, error.getMessage()};
    if (is_activation_failure(name)) return no_daemon(bus);
    for (const auto& [foreign_name, code] : foreign) {
        if (foreign_name != name) continue;
        if (code == Errc::NoDaemon) return no_daemon(bus);
        const auto* row = abi::find_error(code);
        return Error{code, object + ": " + std::string{row->sentence}};
    }
    return Error{Errc::SystemError, object + ": " + error.getMessage() + " (" + name + ")"};
}

}  // namespace bus::wire
