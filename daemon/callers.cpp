#include "daemon/callers.hpp"

#include <cstdint>
#include <utility>

#include <bus/error.hpp>

namespace shmbusd {
namespace {

constexpr const char* bus_name = "org.freedesktop.DBus";
constexpr const char* bus_path = "/org/freedesktop/DBus";

// One match for all: a system bus allows 512 a connection, and there may be more clients than that.
constexpr const char* departures =
    "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
    "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg2=''";

}  // namespace

Callers::Callers(sdbus::IConnection& connection)
    : bus_{sdbus::createProxy(connection, bus::wire::BusName{bus_name},
                              bus::wire::PathName{bus_path})},
      departure_{bus::wire::add_match(connection, departures,
                                      [this](auto& message) { note_departure(message); })} {}

void Callers::note_departure(sdbus::Message& message) {
    std::string name;
    message >> name;
    if (callers_.contains(name)) departed_.push_back(name);
}

const Credentials& Callers::of(const sdbus::Message& message) {
    return of(std::string{message.getSender()});
}

const Credentials& Callers::of(const std::string& peer) {
    if (const auto known = callers_.find(peer); known != callers_.end()) return known->second;
    // A client that leaves before the answer fails the question, and one that leaves after it is
    // heard of after it.
    return callers_.emplace(peer, ask(peer)).first->second;
}

const Credentials* Callers::find(const std::string& peer) const noexcept {
    const auto known = callers_.find(peer);
    return known != callers_.end() ? &known->second : nullptr;
}

Credentials Callers::ask(const std::string& peer) {
    try {
        std::map<std::string, sdbus::Variant> answer;
        bus_->callMethod("GetConnectionCredentials")
            .onInterface(bus_name)
            .withArguments(peer)
            .storeResultsTo(answer);
        Credentials credentials{.peer = peer};
        credentials.uid = answer.at("UnixUserID").get<std::uint32_t>();
        if (answer.contains("ProcessID"))
            credentials.pid = static_cast<pid_t>(answer.at("ProcessID").get<std::uint32_t>());
        if (answer.contains("UnixGroupIDs"))
            for (const auto group : answer.at("UnixGroupIDs").get<std::vector<std::uint32_t>>())
                credentials.groups.push_back(group);
        return credentials;
    } catch (const std::exception& error) {
        throw bus::Error{bus::Errc::AccessDenied,
                         peer + ": the bus does not vouch for this client: " + error.what()};
    }
}

std::vector<std::string> Callers::take_departed() {
    for (const auto& peer : departed_) callers_.erase(peer);
    return std::exchange(departed_, {});
}

std::string Callers::bus_id() {
    std::string id;
    bus_->callMethod("GetId").onInterface(bus_name).storeResultsTo(id);
    return id;
}

}  // namespace shmbusd
