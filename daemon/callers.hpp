// Who calls: the bus's own credentials of every client that asked for something, and the moment
// that it leaves the bus.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <sdbus-c++/sdbus-c++.h>

#include "daemon/access.hpp"
#include "wire/sdbus_bridge.hpp"

namespace shmbusd {

class Callers {
public:
    explicit Callers(sdbus::IConnection& connection);

    // The credentials of the client that sent `message`; from its first call on its departure is
    // watched. Throws: bus::Error AccessDenied when the bus does not vouch for it.
    [[nodiscard]] const Credentials& of(const sdbus::Message& message);
    // The same of the client with this unique name.
    [[nodiscard]] const Credentials& of(const std::string& peer);

    // Nothing when that client was never asked about.
    [[nodiscard]] const Credentials* find(const std::string& peer) const noexcept;

    // The clients that left since the last call; they are forgotten.
    [[nodiscard]] std::vector<std::string> take_departed();

    // The bus's identifier, unique to each start of a bus.
    [[nodiscard]] std::string bus_id();

private:
    [[nodiscard]] Credentials ask(const std::string& peer);
    void note_departure(sdbus::Message& message);

    std::unique_ptr<sdbus::IProxy> bus_;
    std::map<std::string, Credentials> callers_;
    std::vector<std::string> departed_;
    bus::wire::MatchSlot departure_;
};

}  // namespace shmbusd
