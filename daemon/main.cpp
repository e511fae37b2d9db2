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

#include "daemon/event_loop.hpp"
#include "daemon/log.hpp"
#include "daemon/service.hpp"
#include "daemon/settings.hpp"

namespace shmbusd {
namespace {

struct Options {
    bool session = false;
    bool system = false;
    std::string address;
    std::string config;
    std::string regions;
    std::string log_level;
    bool check_config = false;
};

bool is_system_bus(const Options& options) { return options.address.empty() && !options.session; }

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

Settings load_settings(const Options& options, Mistakes& mistakes) {
    auto sources = is_system_bus(options) ? system_sources() : user_sources();
    if (!options.config.empty()) {
        sources.config = options.config;
        sources.presence = Presence::Required;
    }
    if (!options.regions.empty()) sources.regions.directories = {options.regions};
    auto settings = read_settings(sources, mistakes);
    if (!options.log_level.empty()) settings.config.log_level = options.log_level;
    return settings;
}

// Says all that is wrong, on stderr; the exit code.
int check_config(const Options& options) {
    Mistakes mistakes;
    static_cast<void>(load_settings(options, mistakes));
    for (const auto& text : mistakes.texts()) std::cerr << text << '\n';
    return mistakes.texts().empty() ? 0 : 1;
}

void log_mistakes(const Mistakes& mistakes) {
    for (const auto& text : mistakes.texts()) spdlog::error("{}", text);
}

void reload(Service& service, const Options& options) {
    Mistakes mistakes;
    const auto settings = load_settings(options, mistakes);
    log_mistakes(mistakes);
    set_log_level(settings.config.log_level);
    service.apply(settings);
    spdlog::info("reloaded");
}

// Where a store keeps what the service has, no end of this process ends regions: an orderly one is
// as one by kill -9, and the next daemon goes on from there.
struct Parting {
    const FdStore* store;
    void operator()(Service* service) const noexcept {
        if (!store->lasts()) delete service;
    }
};

void serve(const Options& options) {
    Mistakes mistakes;
    const auto settings = load_settings(options, mistakes);
    start_log(settings.config.log_level);
    log_mistakes(mistakes);
    raise_descriptor_limit();
    FdStore store;
    auto left = store.take_over();
    EventLoop loop;
    const std::unique_ptr<Service, Parting> service{
        new Service{open_bus(options), is_system_bus(options) ? Polkit::Asked : Polkit::Unasked,
                    settings.config.rules, store},
        Parting{&store}};
    service->start(std::move(left), settings, describe_bus(options));
    spdlog::info("shmbusd {} serves {}", SHMBUS_VERSION, describe_bus(options));
    loop.run(*service, [&] { reload(*service, options); });
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
    app.add_option("--config", options.config,
                   "read this configuration file, and those in its directory FILE.d");
    app.add_option("--regions", options.regions, "read declared regions from this directory");
    app.add_flag("--check-config", options.check_config,
                 "say what is wrong in the configuration, and end");
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
        if (options.check_config) return check_config(options);
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
