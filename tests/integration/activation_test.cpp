// The bus starts the daemon for a call that finds none, and that does not always go well.
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "keeper.hpp"
#include "private_bus.hpp"
#include "refusal.hpp"

using namespace integration;

namespace {

// A bus that gives a daemon half a second to come.
constexpr const char* hasty = R"(  <servicedir>services</servicedir>
  <limit name="service_start_timeout">500</limit>
)";

// What the bus starts is this script, with the daemon's words behind it.
void serve_by(const PrivateBus& bus, const std::string& script) {
    const auto& directory = bus.directory();
    std::filesystem::create_directory(directory / "services");
    std::ofstream{directory / "start"} << script;
    std::ofstream{directory / "services/org.shmbus1.service"}
        << "[D-BUS Service]\nName=org.shmbus1\nExec=/bin/sh " << directory / "start" << ' '
        << SHMBUSD << " --address=" << bus.address() << '\n';
}

std::string starts_of(const PrivateBus& bus) {
    std::ifstream file{bus.directory() / "starts"};
    std::string starts;
    file >> starts;
    return starts;
}

}  // namespace

TEST_CASE("activation: a call for which the daemon did not come in time is made again") {
    const PrivateBus bus{hasty};
    Keeper keeper{bus};
    auto connection = keeper.connect();
    CHECK(connection.daemon_version() != "");
    keeper.kill();
    serve_by(bus, "printf x >> " + (bus.directory() / "starts") + "\n[ \"$(cat " +
                      (bus.directory() / "starts") + ")\" = xx ] && exec \"$@\"\nexec sleep 60\n");
    CHECK(connection.regions().empty());
    CHECK(starts_of(bus) == "xx");
}

TEST_CASE("activation: a daemon that never comes is waited for, for a time") {
    const PrivateBus bus{hasty};
    serve_by(bus, "printf x >> " + (bus.directory() / "starts") + "\nexec sleep 60\n");
    auto connection = bus::Connection::address(bus.address());
    check_refused(bus::Errc::TimedOut, {"shmbusd", "in time"},
                  [&] { static_cast<void>(connection.daemon_version()); });
    CHECK(starts_of(bus) == "x");
}
