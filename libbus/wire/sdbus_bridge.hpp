// Where sdbus-c++ 1.2 and 2.x differ, in one place: names and paths are strings in the one and
// types of their own in the other.
#pragma once

#include <string>
#include <utility>

#include <sdbus-c++/sdbus-c++.h>

namespace bus::wire {

#if SHMBUS_SDBUS_MAJOR >= 2
using BusName = sdbus::ServiceName;
using PathName = sdbus::ObjectPath;
[[nodiscard]] inline sdbus::Error make_error(const std::string& name, const std::string& message) {
    return sdbus::Error{sdbus::Error::Name{name}, message};
}
#else
using BusName = std::string;
using PathName = std::string;
[[nodiscard]] inline sdbus::Error make_error(const std::string& name, const std::string& message) {
    return sdbus::Error{name, message};
}
#endif

// Adds a match whose handler gets every message that fits; the slot ends it.
using MatchSlot = sdbus::Slot;

}  // namespace bus::wire
