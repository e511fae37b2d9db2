#include "named_bus.hpp"

#include <cstdlib>

#include <CLI/CLI.hpp>

#include "failure.hpp"

namespace ctl {
namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

}  // namespace

std::optional<std::string> named_bus(const CLI::App& tool) {
    if (tool.count("--address") > 0) return tool["--address"]->as<std::string>();
    if (tool.count("--system") > 0) {
        const auto named = variable("DBUS_SYSTEM_BUS_ADDRESS");
        return named.empty() ? "unix:path=/run/dbus/system_bus_socket" : named;
    }
    if (tool.count("--session") == 0) return {};
    if (const auto named = variable("DBUS_SESSION_BUS_ADDRESS"); !named.empty()) return named;
    const auto runtime = variable("XDG_RUNTIME_DIR");
    if (runtime.empty()) throw Failure{"--session", "DBUS_SESSION_BUS_ADDRESS is not set"};
    return "unix:path=" + runtime + "/bus";
}

}  // namespace ctl
