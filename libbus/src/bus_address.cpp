#include "src/bus_address.hpp"

#include <cstdlib>

#include <bus/error.hpp>

#include "wire/error_bridge.hpp"

namespace bus {
namespace {

std::unique_ptr<sdbus::IConnection> try_open(const BusAddress& address) {
    switch (address.which) {
        case BusAddress::Which::System:
            return sdbus::createSystemBusConnection();
        case BusAddress::Which::Session:
            return sdbus::createSessionBusConnection();
        case BusAddress::Which::Address:
            break;
    }
    return sdbus::createSessionBusConnectionWithAddress(address.address);
}

}  // namespace

std::string describe(const BusAddress& address) {
    const char* session = std::getenv("DBUS_SESSION_BUS_ADDRESS");
    switch (address.which) {
        case BusAddress::Which::System:
            return "the system bus";
        case BusAddress::Which::Session:
            return "the session bus (" + std::string{session != nullptr ? session : "no address"} +
                   ")";
        case BusAddress::Which::Address:
            break;
    }
    return "the bus at " + address.address;
}

// Opening says several things to the bus and hears as many; sd-bus gives up at the first wait that
// a signal ends. An application with a timer has one every moment.
std::unique_ptr<sdbus::IConnection> open_bus(const BusAddress& address) {
    constexpr int attempts = 1000;
    for (int attempt = 1;; ++attempt) {
        try {
            return try_open(address);
        } catch (const sdbus::Error& error) {
            if (wire::is_interrupted(error) && attempt < attempts) continue;
            throw Error{Errc::NoBus,
                        describe(address) + ": cannot be reached: " + error.getMessage()};
        }
    }
}

}  // namespace bus
