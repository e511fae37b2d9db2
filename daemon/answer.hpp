// The one guard that every D-Bus handler returns through. In sdbus-c++ 1.2 an exception other than
// its own that leaves a handler ends the process; here a bus::Error becomes the caller's error, and
// anything else is kept for the loop to rethrow, so that the daemon ends with one clear log line.
#pragma once

#include <exception>
#include <utility>

#include <sdbus-c++/sdbus-c++.h>

#include <bus/error.hpp>

#include "wire/error_bridge.hpp"
#include "wire/sdbus_bridge.hpp"

namespace shmbusd {

// The failure that the loop must rethrow, if any.
inline std::exception_ptr& pending_failure() noexcept {
    static std::exception_ptr failure;
    return failure;
}

// `refused` is told of a bus::Error before the caller is.
template <class Handler, class Refused>
auto answer(Handler handler, const Refused& refused) -> decltype(handler()) {
    try {
        return handler();
    } catch (const bus::Error& error) {
        refused(error);
        throw bus::wire::to_wire(error);
    } catch (const sdbus::Error&) {
        throw;
    } catch (...) {
        pending_failure() = std::current_exception();
        throw bus::wire::make_error("org.freedesktop.DBus.Error.Failed", "shmbusd: internal error");
    }
}

}  // namespace shmbusd
