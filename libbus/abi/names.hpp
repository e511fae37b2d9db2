// Names that both ends must spell alike: the bus name, object paths, interfaces, and the rules of
// region names and semaphore names.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <bus/error.hpp>

namespace bus::abi {

inline constexpr const char* bus_name = "org.shmbus1";
inline constexpr const char* manager_path = "/org/shmbus1";
inline constexpr const char* region_prefix = "/org/shmbus1/region";
inline constexpr const char* manager_interface = "org.shmbus1.Manager";
inline constexpr const char* region_interface = "org.shmbus1.Region";

inline constexpr std::size_t max_name = 255;  // bytes of a region name
inline constexpr std::size_t max_type = 255;  // bytes of a payload type name

// Every semaphore of every daemon starts so; what follows is TAG "-" REGION "-" ATTACHMENT, where
// the tag tells daemons on different buses apart.
inline constexpr std::string_view semaphore_prefix = "/shmbus-";

// Why a region name is refused, as the end of a sentence; empty when it is a good one. A name is
// one or more parts joined by '/'; a part is one or more of A-Z a-z 0-9 _ . - and is neither "."
// nor "..".
[[nodiscard]] constexpr std::string_view name_fault(std::string_view name) noexcept {
    if (name.empty()) return "it is empty";
    if (name.size() > max_name) return "it is longer than 255 bytes";
    std::size_t part = 0;
    for (std::size_t i = 0; i <= name.size(); ++i) {
        if (i == name.size() || name[i] == '/') {
            const auto text = name.substr(part, i - part);
            if (text.empty()) return "a part between slashes is empty";
            if (text == "." || text == "..") return "a part is \".\" or \"..\"";
            part = i + 1;
            continue;
        }
        const char c = name[i];
        const bool good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                          (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
        if (!good) return "only A-Z a-z 0-9 _ . - and / between parts are allowed";
    }
    return {};
}

// Throws: Error InvalidName when this is no region name; the text shows it on one line, whatever it
// is.
inline void check_name(std::string_view name) {
    const auto fault = name_fault(name);
    if (fault.empty()) return;
    std::string shown;
    for (const char c : name.substr(0, 64)) shown += c < 0x20 || c > 0x7e ? '?' : c;
    throw Error{Errc::InvalidName, "\"" + shown + "\": not a region name: " + std::string{fault}};
}

// Why a payload type name is refused; empty when it is a good one (the empty name is: any type).
[[nodiscard]] constexpr std::string_view type_fault(std::string_view type) noexcept {
    if (type.size() > max_type) return "it is longer than 255 bytes";
    for (const char c : type)
        if (c < 0x20 || c > 0x7e) return "only printable ASCII is allowed";
    return {};
}

}  // namespace bus::abi
