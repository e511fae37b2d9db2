// Errors on their way through D-Bus: a bus::Error leaves the daemon under its name in the table,
// and arrives at the client as the same bus::Error.
#pragma once

#include <string>

#include <sdbus-c++/sdbus-c++.h>

#include <bus/error.hpp>

namespace bus::wire {

[[nodiscard]] sdbus::Error to_wire(const Error& error);

// What a failed call means. `object` is what the call was about, `bus` the bus in words.
[[nodiscard]] Error from_wire(const sdbus::Error& error, const std::string& object,
                              const std::string& bus);

// Whether there was no daemon to answer. One that is being started again may answer the next call.
[[nodiscard]] bool is_away(const sdbus::Error& error);

// Whether the daemon had the call when it went: what was asked may be done.
[[nodiscard]] bool is_cut_off(const sdbus::Error& error);

// Whether a signal ended the attempt, and nothing else did.
[[nodiscard]] bool is_interrupted(const sdbus::Error& error);

}  // namespace bus::wire
