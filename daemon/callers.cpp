#include "daemon/callers.hpp"

#include <cstdint>
#include <utility>

#include <bus/error.hpp>

namespace shmbusd {
namespace {

constexpr const char* bus_name = "org.freedesktop.DBus";
constexpr const char* bus_path = "/org/freedesktop/DBus";

std::string match_departure(const std::string& peer) {
    return "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
           "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" +
           peer + "',arg2=''";
}

}  // namespace

Callers::Callers(sdbus::IConnection& connection)
    : connection_{connection},
      bus_{sdbus::createProxy(connection, bus::wire::BusName{bus_name},
                              bus::wire::PathName{bus_path})} {}

const Credentials& Callers::of(const sdbus::Message& message) {
    return of(std::string{message.getSender()});
}

const Credentials& Callers::of(const std::string& peer) {
    if (const auto known = callers_.find(peer); known != callers_.end())
        return known->second.credentials;
    // Watched before it is asked about: a client that leaves in between fails the question.
    auto departure = bus::wire::add_match(connection_, match_departure(peer),
                                          [this, peer](auto&&) { departed_.push_back(peer); });
    auto credentials = ask(peer);
    return callers_.emplace(peer, Caller{std::move(credentials), std::move(departure)})
        .first->second.credentials;
}

const Credentials* Callers::find(const std::string& peer) const noexcept {
    const auto known = callers_.find(peer);
    return known != callers_.end() ? &known->second.credentials : nullptr;
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
