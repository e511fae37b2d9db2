#include "wire_client.hpp"

#include <cstdlib>
#include <system_error>

#include <fcntl.h>

namespace integration {
namespace {

constexpr const char* service = "org.shmbus1";

// A failure of sd-bus itself, not an answer.
int checked(int result, const char* what) {
    if (result < 0) throw std::system_error{-result, std::system_category(), what};
    return result;
}

class ErrorAnswer {
public:
    ErrorAnswer() = default;
    ErrorAnswer(const ErrorAnswer&) = delete;
    ErrorAnswer& operator=(const ErrorAnswer&) = delete;
    ~ErrorAnswer() { ::sd_bus_error_free(&error_); }
    [[nodiscard]] sd_bus_error* get() noexcept { return &error_; }
    // Throws: Refused, std::system_error.
    void judge(int result, const char* what) const {
        if (::sd_bus_error_is_set(&error_) != 0)
            throw Refused{error_.name, std::string{what} + ": " + error_.name + ": " +
                                           (error_.message != nullptr ? error_.message : "")};
        checked(result, what);
    }

private:
    sd_bus_error error_ = SD_BUS_ERROR_NULL;
};

// A descriptor read from a message belongs to the message.
Descriptor keep(int fd) {
    return Descriptor{checked(::fcntl(fd, F_DUPFD_CLOEXEC, 3), "F_DUPFD_CLOEXEC")};
}

}  // namespace

std::string path_of(const std::string& region) {
    char* path = nullptr;
    checked(::sd_bus_path_encode("/org/shmbus1/region", region.c_str(), &path), "path");
    const std::unique_ptr<char, decltype(&std::free)> owned{path, &std::free};
    return path;
}

Wire connect_wire(const std::string& address) {
    sd_bus* bus = nullptr;
    checked(::sd_bus_new(&bus), "sd_bus_new");
    Wire wire{bus};
    checked(::sd_bus_set_address(bus, address.c_str()), "sd_bus_set_address");
    checked(::sd_bus_set_bus_client(bus, 1), "sd_bus_set_bus_client");
    checked(::sd_bus_negotiate_fds(bus, 1), "sd_bus_negotiate_fds");
    checked(::sd_bus_start(bus), "sd_bus_start");
    return wire;
}

template <class... Values>
Message WireClient::call(const std::string& region, const char* method, const char* types,
                         Values... values) {
    ErrorAnswer error;
    sd_bus_message* reply = nullptr;
    const int result =
        ::sd_bus_call_method(bus_.get(), service, path_of(region).c_str(), "org.shmbus1.Region",
                             method, error.get(), &reply, types, values...);
    Message owned{reply};
    error.judge(result, method);
    return owned;
}

WireClient::Attached WireClient::attach(const std::string& region, const std::string& role) {
    const auto reply = call(region, "Attach", "sa{sv}", role.c_str(), 0);
    auto* message = reply.get();
    Attached attached;
    int roster = -1;
    int segment = -1;
    const char* semaphore = nullptr;
    checked(::sd_bus_message_read(message, "t", &attached.id), "attachment");
    checked(::sd_bus_message_skip(message, "a{sv}"), "geometry");
    checked(::sd_bus_message_read(message, "hhs", &roster, &segment, &semaphore), "handles");
    attached.roster = keep(roster);
    attached.segment = keep(segment);
    attached.semaphore = semaphore;
    return attached;
}

void WireClient::activate(const std::string& region, std::uint64_t attachment) {
    call(region, "Activate", "t", attachment);
}

WireClient::Attached WireClient::join(const std::string& region, const std::string& role) {
    auto attached = attach(region, role);
    activate(region, attached.id);
    return attached;
}

Descriptor WireClient::open_peer(const std::string& region, std::uint64_t attachment,
                                 std::uint64_t peer) {
    const auto reply = call(region, "OpenPeer", "tt", attachment, peer);
    int segment = -1;
    checked(::sd_bus_message_read(reply.get(), "h", &segment), "segment");
    return keep(segment);
}

WireClient::Shared WireClient::open_bytes(const std::string& region, std::uint64_t attachment) {
    const auto reply = call(region, "OpenBytes", "t", attachment);
    Shared shared;
    std::uint64_t bytes = 0;
    int lock = -1;
    int segment = -1;
    checked(::sd_bus_message_read(reply.get(), "tthh", &shared.generation, &bytes, &lock, &segment),
            "OpenBytes");
    shared.lock = keep(lock);
    shared.segment = keep(segment);
    return shared;
}

WireClient::Shared WireClient::grow(const std::string& region, std::uint64_t attachment,
                                    std::uint64_t bytes) {
    const auto reply = call(region, "Grow", "tt", attachment, bytes);
    Shared shared;
    int segment = -1;
    checked(::sd_bus_message_read(reply.get(), "th", &shared.generation, &segment), "Grow");
    shared.segment = keep(segment);
    return shared;
}

void WireClient::announce(const std::string& region, std::uint64_t attachment,
                          std::uint64_t generation) {
    call(region, "Announce", "tt", attachment, generation);
}

void WireClient::detach(const std::string& region, std::uint64_t attachment) {
    call(region, "Detach", "t", attachment);
}

bool WireClient::report_stall(const std::string& region, std::uint64_t attachment,
                              std::uint64_t laggard) {
    const auto reply = call(region, "ReportStall", "tt", attachment, laggard);
    int evicted = 0;
    checked(::sd_bus_message_read(reply.get(), "b", &evicted), "evicted");
    return evicted != 0;
}

std::map<std::string, std::uint64_t> WireClient::figures(const char* property) {
    ErrorAnswer error;
    sd_bus_message* reply = nullptr;
    const int result =
        ::sd_bus_get_property(bus_.get(), service, "/org/shmbus1", "org.shmbus1.Manager", property,
                              error.get(), &reply, "a{st}");
    const Message owned{reply};
    error.judge(result, property);
    std::map<std::string, std::uint64_t> figures;
    const char* key = nullptr;
    std::uint64_t value = 0;
    checked(::sd_bus_message_enter_container(reply, 'a', "{st}"), property);
    while (checked(::sd_bus_message_read(reply, "{st}", &key, &value), property) > 0)
        figures[key] = value;
    return figures;
}

std::string WireClient::bus_id() {
    ErrorAnswer error;
    sd_bus_message* reply = nullptr;
    const int result =
        ::sd_bus_call_method(bus_.get(), "org.freedesktop.DBus", "/org/freedesktop/DBus",
                             "org.freedesktop.DBus", "GetId", error.get(), &reply, nullptr);
    const Message owned{reply};
    error.judge(result, "GetId");
    const char* id = nullptr;
    checked(::sd_bus_message_read(reply, "s", &id), "GetId");
    return id;
}

}  // namespace integration
