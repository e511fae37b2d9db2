// Where sdbus-c++ 1.2 and 2.x differ, in one place; all else is written for both. In 2.x names and
// paths have types of their own, handlers own the message that they get, and a failed answer comes
// as an optional.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <sdbus-c++/sdbus-c++.h>

namespace bus::wire {

// Adds a match whose handler gets every message that fits; the slot ends it.
using MatchSlot = sdbus::Slot;
using MatchHandler = std::function<void(sdbus::Message&)>;

#if SHMBUS_SDBUS_MAJOR >= 2

using BusName = sdbus::ServiceName;
using PathName = sdbus::ObjectPath;
using PropertyName = sdbus::PropertyName;
// The first argument of what uponReplyInvoke() calls: true when the call failed, and then `->` has
// the error.
using CallFailure = std::optional<sdbus::Error>;

[[nodiscard]] inline sdbus::Error make_error(const std::string& name, const std::string& message) {
    return sdbus::Error{sdbus::Error::Name{name}, message};
}

[[nodiscard]] inline MatchSlot add_match(sdbus::IConnection& connection, const std::string& rule,
                                         MatchHandler handler) {
    return connection.addMatch(
        rule, [handler = std::move(handler)](sdbus::Message message) { handler(message); },
        sdbus::return_slot);
}

// Handles one message. False when there was none.
[[nodiscard]] inline bool process_one(sdbus::IConnection& connection) {
    return connection.processPendingEvent();
}

// The message whose handler runs.
[[nodiscard]] inline sdbus::Message current_message(const sdbus::IObject& object) {
    return object.getCurrentlyProcessedMessage();
}

#else

using BusName = std::string;
using PathName = std::string;
using PropertyName = std::string;
using CallFailure = const sdbus::Error*;

[[nodiscard]] inline sdbus::Error make_error(const std::string& name, const std::string& message) {
    return sdbus::Error{name, message};
}

[[nodiscard]] inline MatchSlot add_match(sdbus::IConnection& connection, const std::string& rule,
                                         MatchHandler handler) {
    return connection.addMatch(rule, std::move(handler));
}

[[nodiscard]] inline bool process_one(sdbus::IConnection& connection) {
    return connection.processPendingRequest();
}

[[nodiscard]] inline const sdbus::Message& current_message(const sdbus::IObject& object) {
    return *object.getCurrentlyProcessedMessage();
}

#endif

}  // namespace bus::wire
