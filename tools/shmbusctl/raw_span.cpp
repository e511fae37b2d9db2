#include "raw_span.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "failure.hpp"
#include "quantity.hpp"

namespace ctl {

void RawSpan::declare_offset(CLI::App& verb) {
    verb.add_option_function<std::string>(
            "--offset", [this](const std::string& text) { offset_ = parse_size("--offset", text); },
            "Where to begin, bytes from the region's start (0)")
        ->type_name("BYTES");
}

void RawSpan::declare_length(CLI::App& verb) {
    verb.add_option_function<std::string>(
            "--length",
            [this](const std::string& text) {
                length_ = parse_size("--length", text);
                has_length_ = true;
            },
            "How many bytes (all to the region's end)")
        ->type_name("BYTES");
}

std::size_t RawSpan::length_in(const std::string& name, std::size_t bytes) const {
    if (offset_ > bytes)
        throw Failure{name, fmt::format("it has {} bytes, none at {}", bytes, offset_)};
    const auto rest = bytes - offset_;
    if (has_length_ && length_ > rest)
        throw Failure{name, fmt::format("it has {} bytes, {} of them from {} on, not {}", bytes,
                                        rest, offset_, length_)};
    return has_length_ ? length_ : rest;
}

std::vector<std::byte> RawSpan::read(bus::Region& region, const std::string& name) const {
    const auto lock = lock_of(region, name);
    const auto part = part_of(region.bytes(), name);
    return {part.begin(), part.end()};
}

bus::Region::Lock lock_of(bus::Region& region, const std::string& name) {
    auto lock = region.lock();
    if (!lock) throw Failure{name, "its lock was not had"};
    return lock;
}

}  // namespace ctl
