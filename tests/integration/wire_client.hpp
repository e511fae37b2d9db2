// A client that speaks D-Bus by hand, as a foreign or a hostile one would.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include <systemd/sd-bus.h>

#include "descriptor.hpp"

namespace integration {

// The daemon's or the bus's answer that refuses a call.
class Refused : public std::runtime_error {
public:
    Refused(std::string name, const std::string& text)
        : std::runtime_error{text}, name_{std::move(name)} {}
    // The D-Bus name of the error.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    std::string name_;
};

struct Unref {
    void operator()(sd_bus* bus) const noexcept { ::sd_bus_flush_close_unref(bus); }
    void operator()(sd_bus_message* message) const noexcept { ::sd_bus_message_unref(message); }
};
using Wire = std::unique_ptr<sd_bus, Unref>;
using Message = std::unique_ptr<sd_bus_message, Unref>;

// A connection to the bus at this address that descriptors can go over. Throws: std::system_error.
[[nodiscard]] Wire connect_wire(const std::string& address);

// The object of a region.
[[nodiscard]] std::string path_of(const std::string& region);

class WireClient {
public:
    explicit WireClient(const std::string& address) : bus_{connect_wire(address)} {}

    struct Attached {
        std::uint64_t id = 0;
        Descriptor roster;
        Descriptor segment;
        std::string semaphore;
    };
    // The calls of org.shmbus1.Region. All throw: Refused.
    [[nodiscard]] Attached attach(const std::string& region, const std::string& role);
    void activate(const std::string& region, std::uint64_t attachment);
    [[nodiscard]] Descriptor open_peer(const std::string& region, std::uint64_t attachment,
                                       std::uint64_t peer);
    // What the attachments of a raw region share, and more of it.
    struct Shared {
        std::uint64_t generation = 0;
        Descriptor lock;
        Descriptor segment;
    };
    [[nodiscard]] Shared open_bytes(const std::string& region, std::uint64_t attachment);
    [[nodiscard]] Shared grow(const std::string& region, std::uint64_t attachment,
                              std::uint64_t bytes);
    void announce(const std::string& region, std::uint64_t attachment, std::uint64_t generation);
    void detach(const std::string& region, std::uint64_t attachment);
    [[nodiscard]] bool report_stall(const std::string& region, std::uint64_t attachment,
                                    std::uint64_t laggard);
    // Joins and takes part at once.
    [[nodiscard]] Attached join(const std::string& region, const std::string& role);

    // The Manager's property Usage or Limits.
    [[nodiscard]] std::map<std::string, std::uint64_t> figures(const char* property);
    // The bus's identifier.
    [[nodiscard]] std::string bus_id();

private:
    template <class... Values>
    Message call(const std::string& region, const char* method, const char* types,
                 Values... values);

    Wire bus_;
};

}  // namespace integration
