// The systemd unit that this daemon runs as: how often systemd has started it again by itself. That
// does not change while this process lives, so it is asked once, at the start.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <sdbus-c++/sdbus-c++.h>

#include "wire/sdbus_bridge.hpp"

namespace shmbusd {

class Unit {
public:
    // Asks over this connection when systemd says that it runs this process.
    explicit Unit(sdbus::IConnection& connection);
    Unit(const Unit&) = delete;
    Unit& operator=(const Unit&) = delete;

    // Nothing where no systemd runs this, or before it has answered.
    [[nodiscard]] std::optional<std::uint64_t> restarts() const noexcept { return restarts_; }

private:
    void ask_restarts(const sdbus::ObjectPath& path);

    sdbus::IConnection& connection_;
    std::unique_ptr<sdbus::IProxy> manager_;
    std::unique_ptr<sdbus::IProxy> unit_;
    std::optional<std::uint64_t> restarts_;
};

}  // namespace shmbusd
