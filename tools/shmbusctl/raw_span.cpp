#include "raw_span.hpp"

#include <algorithm>

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
    const auto rest = bytes - std::min(offset_, bytes);
    const auto length = has_length_ ? length_ : rest;
    if (offset_ > bytes || length > rest)
        throw Failure{name, fmt::format("it has {} bytes, which end before {} bytes from {}", bytes,
                                        length, offset_)};
    return length;
}

}  // namespace ctl
