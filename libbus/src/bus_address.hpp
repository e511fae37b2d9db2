// Which bus: where it is, what it is called in messages, and a connection to it.
#pragma once

#include <memory>
#include <string>

#include <sdbus-c++/sdbus-c++.h>

namespace bus {

struct BusAddress {
    enum class Which { System, Session, Address } which = Which::System;
    std::string address;
};

// "the session bus (unix:path=...)"
[[nodiscard]] std::string describe(const BusAddress& address);

// Opens a connection; a signal that comes meanwhile does not end the attempt. Throws: Error NoBus.
[[nodiscard]] std::unique_ptr<sdbus::IConnection> open_bus(const BusAddress& address);

}  // namespace bus
