// Well-formed D-Bus values of any type, that no honest client would send.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <systemd/sd-bus.h>

#include "descriptor.hpp"

namespace fuzz {

using Random = std::mt19937_64;

// One of `count` from 0.
[[nodiscard]] inline std::size_t choose(Random& random, std::size_t count) {
    return static_cast<std::size_t>(random() % count);
}

// Writes values into messages. What it writes follows from `random` alone.
class HostileValues {
public:
    HostileValues();

    // At most so many descriptors a message from now on: what is in flight is the bus's to hold.
    void allow_handles(std::ptrdiff_t most) noexcept { most_handles_ = most; }
    // Values of all these types, one after the other, as much as a message may carry. Throws:
    // std::system_error.
    void append(sd_bus_message* message, std::string_view types, Random& random);
    // Any complete types, several one after the other.
    [[nodiscard]] std::string any_types(Random& random);

private:
    // As many of so many bytes as there is room for, which are then used.
    [[nodiscard]] std::size_t afford(std::size_t count, std::size_t bytes);
    [[nodiscard]] std::string any_type(Random& random, int depth);
    [[nodiscard]] std::string any_text(Random& random);
    void append_all(sd_bus_message* message, std::string_view types, Random& random);
    void append_one(sd_bus_message* message, std::string_view type, Random& random);
    void append_basic(sd_bus_message* message, char type, Random& random);
    void append_array(sd_bus_message* message, const std::string& element, Random& random);
    void append_variant(sd_bus_message* message, const std::string& type, Random& random);
    void append_nest(sd_bus_message* message);
    void append_option(sd_bus_message* message, Random& random);
    void append_options(sd_bus_message* message, Random& random);

    std::vector<integration::Descriptor> strange_;  // no memfd of the daemon's among them
    // What the message being written has room for.
    std::ptrdiff_t most_handles_ = 8;
    std::ptrdiff_t handles_left_ = 0;
    std::size_t bytes_left_ = 0;
};

}  // namespace fuzz
