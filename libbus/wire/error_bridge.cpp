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

}  // namespace

sdbus::Error to_wire(const Error& error) {
    const auto* row = abi::find_error(error.errc());
    const auto name = row != nullptr ? row->dbus_name : "org.shmbus1.Error.SystemError";
    return make_error(std::string{name}, error.what());
}

Error from_wire(const sdbus::Error& error, const std::string& object, const std::string& bus) {
    const std::string name = error.getName();
    if (const auto* row = abi::find_error(name)) return Error{row->code, error.getMessage()};
    for (const auto& [foreign_name, code] : foreign) {
        if (foreign_name != name) continue;
        if (code == Errc::NoDaemon)
            return Error{code, "shmbusd: not running on " + bus +
                                   "; start it there (systemctl start shmbusd, or shmbusd "
                                   "--session, or shmbusd --address=...)"};
        const auto* row = abi::find_error(code);
        return Error{code, object + ": " + std::string{row->sentence}};
    }
    return Error{Errc::SystemError, object + ": " + error.getMessage() + " (" + name + ")"};
}

}  // namespace bus::wire
