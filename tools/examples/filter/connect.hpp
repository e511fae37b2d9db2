// The bus of $SHMBUS_ADDRESS, else the session bus.
#pragma once

#include <cstdlib>

#include <bus/connection.hpp>

namespace filter {

[[nodiscard]] inline bus::Connection connect() {
    const char* address = std::getenv("SHMBUS_ADDRESS");
    return address != nullptr ? bus::Connection::address(address) : bus::Connection::session();
}

}  // namespace filter
