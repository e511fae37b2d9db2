#include "wire/error_bridge.hpp"

#include <string>

#include <doctest/doctest.h>

#include "abi/errors.hpp"
#include "wire/sdbus_bridge.hpp"

namespace bus::wire {
namespace {

Error arrives(const std::string& name, const std::string& message = "why") {
    return from_wire(make_error(name, message), "robot/pose", "the system bus");
}

TEST_CASE("error bridge: every error arrives as the one that was sent") {
    for (const auto& row : abi::errors) {
        CAPTURE(row.dbus_name);
        const auto sent = to_wire(Error{row.code, "robot/pose: because"});
        CHECK(std::string{sent.getName()} == row.dbus_name);
        const auto received = from_wire(sent, "other", "the system bus");
        CHECK(received.errc() == row.code);
        CHECK(std::string{received.what()} == "robot/pose: because");
    }
}

TEST_CASE("error bridge: a code without a row leaves as a system error") {
    const auto sent = to_wire(Error{static_cast<Errc>(999), "x"});
    CHECK(std::string{sent.getName()} == "org.shmbus1.Error.SystemError");
}

TEST_CASE("error bridge: no daemon is said with the bus and the way out") {
    for (const char* name : {"org.freedesktop.DBus.Error.ServiceUnknown",
                             "org.freedesktop.DBus.Error.NameHasNoOwner"}) {
        const auto error = arrives(name);
        CHECK(error.errc() == Errc::NoDaemon);
        const std::string text = error.what();
        CHECK(text.find("the system bus") != std::string::npos);
        CHECK(text.find("systemctl start shmbusd") != std::string::npos);
    }
}

TEST_CASE("error bridge: an object that is not there is a region that is not there") {
    const auto error = arrives("org.freedesktop.DBus.Error.UnknownObject");
    CHECK(error.errc() == Errc::NoSuchRegion);
    CHECK(std::string{error.what()} == "robot/pose: no such region");
}

TEST_CASE("error bridge: the bus's own errors have their codes") {
    CHECK(arrives("org.freedesktop.DBus.Error.AccessDenied").errc() == Errc::AccessDenied);
    CHECK(arrives("org.freedesktop.DBus.Error.NoReply").errc() == Errc::TimedOut);
    CHECK(arrives("org.freedesktop.DBus.Error.Timeout").errc() == Errc::TimedOut);
    CHECK(arrives("org.freedesktop.DBus.Error.Disconnected").errc() == Errc::Disconnected);
    CHECK(arrives("System.Error.ECONNRESET").errc() == Errc::Disconnected);
}

TEST_CASE("error bridge: a daemon that is away is told from one that refuses") {
    const auto away = [](const char* name) { return is_away(make_error(name, "why")); };
    CHECK(away("org.freedesktop.DBus.Error.ServiceUnknown"));
    CHECK(away("org.freedesktop.DBus.Error.NameHasNoOwner"));
    CHECK(away("org.freedesktop.DBus.Error.NoReply"));
    CHECK(away("org.freedesktop.DBus.Error.Spawn.ChildExited"));
    CHECK(away("org.freedesktop.systemd1.NoSuchUnit"));
    CHECK(away("org.freedesktop.DBus.Error.TimedOut"));
    CHECK_FALSE(away("org.freedesktop.DBus.Error.Timeout"));
    CHECK_FALSE(away("org.freedesktop.DBus.Error.Disconnected"));
    CHECK_FALSE(away("org.shmbus1.Error.NoSuchRegion"));
    CHECK(arrives("org.freedesktop.systemd1.NoSuchUnit").errc() == Errc::NoDaemon);
}

TEST_CASE("error bridge: only a call that was cut off may have been carried out") {
    CHECK(is_cut_off(make_error("org.freedesktop.DBus.Error.NoReply", "it left the bus")));
    CHECK_FALSE(is_cut_off(make_error("org.freedesktop.DBus.Error.ServiceUnknown", "nobody")));
    CHECK_FALSE(is_cut_off(make_error("org.freedesktop.DBus.Error.TimedOut", "not started")));
}

TEST_CASE("error bridge: what nobody knows keeps its name and its message") {
    const auto error = arrives("com.example.Odd", "it rained");
    CHECK(error.errc() == Errc::SystemError);
    CHECK(std::string{error.what()} == "robot/pose: it rained (com.example.Odd)");
}

}  // namespace
}  // namespace bus::wire
