// A connection of libsystemd's sd-bus and its messages, each with one owner.
#pragma once

#include <memory>
#include <string>
#include <system_error>

#include <systemd/sd-bus.h>

namespace bench {

struct BusUnref {
    void operator()(::sd_bus* bus) const noexcept { ::sd_bus_flush_close_unref(bus); }
};
struct BusMessageUnref {
    void operator()(::sd_bus_message* message) const noexcept { ::sd_bus_message_unref(message); }
};
using Bus = std::unique_ptr<::sd_bus, BusUnref>;
using BusMessage = std::unique_ptr<::sd_bus_message, BusMessageUnref>;

// What a call of sd-bus answered. Throws: std::system_error, with `what`, when it failed.
inline int answered(int result, const std::string& what) {
    if (result < 0) throw std::system_error{-result, std::system_category(), what};
    return result;
}

// A connection that is known to the bus. Throws: std::system_error.
[[nodiscard]] inline Bus connect(const std::string& address) {
    ::sd_bus* raw = nullptr;
    answered(::sd_bus_new(&raw), "sd_bus_new");
    Bus bus{raw};
    const char* name = nullptr;
    answered(::sd_bus_set_address(raw, address.c_str()), address);
    answered(::sd_bus_set_bus_client(raw, 1), address);
    answered(::sd_bus_start(raw), address);
    answered(::sd_bus_get_unique_name(raw, &name), address);
    return bus;
}

}  // namespace bench
