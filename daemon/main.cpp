// shmbusd: owns named shared-memory regions and hands them out over D-Bus.
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <sdbus-c++/sdbus-c++.h>
#include <spdlog/spdlog.h>

#include <bus/error.hpp>

#include "daemon/config.hpp"
#include "daemon/event_loop.hpp"
#include "daemon/log.hpp"
#include "daemon/service.hpp"

namespace shmbusd {
namespace {

struct Options {
    bool session = false;
    bool system = false;
    std::string address;
    std::string config;
    std::string log_level;
};

std::string describe_bus(const Options& options) {
    if (!options.address.empty()) return "the bus at " + options.address;
    return options.session ? "the session bus" : "the system bus";
}

std::unique_ptr<sdbus::IConnection> open_bus(const Options& options) {
    try {
        if (!options.address.empty())
            return sdbus::createSessionBusConnectionWithAddress(options.address);
        return options.session ? sdbus::createSessionBusConnection()
                               : sdbus::createSystemBusConnection();
    } catch (const sdbus::Error& error) {
        throw bus::Error{bus::Errc::NoBus,
                         describe_bus(options) + ": cannot be reached: " + error.getMessage()};
    }
}

// An attachment takes a descriptor or two; the usual soft limit is for programs that use select().
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

Config load_config(const Options& options) {
    Config config = options.config.empty() ? Config{} : read_config(options.config);
    if (!options.log_level.empty()) config.log_level = options.log_level;
    return config;
}

void serve(const Options& options) {
    const auto config = load_config(options);
    start_log(config.log_level);
    raise_descriptor_limit();
    EventLoop loop;
    Service service{open_bus(options), describe_bus(options), config};
    spdlog::info("shmbusd {} serves {}", SHMBUS_VERSION, describe_bus(options));
    loop.run(service, [&] {
        try {
            service.reload(load_config(options));
            spdlog::info("reloaded");
        } catch (const bus::Error& error) {
            spdlog::error("reload: {}", error.what());
        }
    });
    spdlog::info("shmbusd ends");
}

int run(int argc, char** argv) {
    CLI::App app{"Owns named shared-memory regions and hands them out over D-Bus.", "shmbusd"};
    Options options;
    auto* system = app.add_flag("--system", options.system, "serve the system bus (default)");
    auto* session = app.add_flag("--session", options.session, "serve the session bus");
    auto* address =
        app.add_option("--address", options.address, "serve the bus at this D-Bus address");
    system->excludes(session)->excludes(address);
    session->excludes(address);
    app.add_option("--config", options.config, "read limits and log level from this file");
    app.add_option("--log-level", options.log_level, "how much to log")
        ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error"}));
    app.set_version_flag("--version", "shmbusd " SHMBUS_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        return app.exit(success);
    } catch (const CLI::ParseError& error) {
        std::cerr << "shmbusd: " << error.what() << '\n';
        return 1;
    }
    try {
        serve(options);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "shmbusd: " << error.what() << '\n';
        return 1;
    }
}

}  // namespace
}  // namespace shmbusd

int main(int argc, char** argv) { return shmbusd::run(argc, argv); }
