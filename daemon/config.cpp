#include "daemon/config.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>

#include <ini.h>

#include <bus/error.hpp>

namespace shmbusd {
namespace {

constexpr std::array levels{"trace", "debug", "info", "warning", "error"};

struct Reading {
    Config config;
    std::string fault;  // of the line being read; empty when it is good
};

std::optional<std::uint64_t> parse_size(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end == text.data()) return std::nullopt;
    const std::string_view suffix{end, static_cast<std::size_t>(text.data() + text.size() - end)};
    constexpr std::string_view suffixes = "KMGT";
    unsigned shift = 0;
    if (!suffix.empty()) {
        const auto place = suffixes.find(suffix.front());
        if (suffix.size() != 1 || place == std::string_view::npos) return std::nullopt;
        shift = 10 * (static_cast<unsigned>(place) + 1);
    }
    if (number == 0 || number > (UINT64_MAX >> shift)) return std::nullopt;
    return number << shift;
}

std::string set_limit(Limits& limits, std::string_view key, std::string_view value) {
    const auto number = parse_size(value);
    if (!number)
        return "\"" + std::string{value} + "\" is not a positive whole number (K, M, G, T)";
    if (key == "MaxRegions")
        limits.regions = *number;
    else if (key == "MaxAttachments")
        limits.attachments = *number;
    else if (key == "MaxSegmentSize")
        limits.segment = *number;
    else if (key == "MaxTotalSize")
        limits.total = *number;
    else
        return "[Limits] has no key \"" + std::string{key} + "\"";
    return {};
}

std::string set_level(Config& config, std::string_view key, std::string_view value) {
    if (key != "Level") return "[Log] has no key \"" + std::string{key} + "\"";
    for (const char* level : levels)
        if (value == level) {
            config.log_level = level;
            return {};
        }
    return "\"" + std::string{value} + "\" is not trace, debug, info, warning or error";
}

int take_line(void* user, const char* section, const char* key, const char* value) {
    auto& reading = *static_cast<Reading*>(user);
    if (key == nullptr || value == nullptr) return 1;
    if (std::strcmp(section, "Limits") == 0)
        reading.fault = set_limit(reading.config.limits, key, value);
    else if (std::strcmp(section, "Log") == 0)
        reading.fault = set_level(reading.config, key, value);
    else
        reading.fault = "there is no section [" + std::string{section} + "]";
    return reading.fault.empty() ? 1 : 0;
}

}  // namespace

Config read_config(const std::string& path) {
    Reading reading;
    const int result = ::ini_parse(path.c_str(), take_line, &reading);
    if (result == 0) return reading.config;
    if (result < 0)
        throw bus::Error{bus::Errc::InvalidArgument, path + ": " + std::strerror(errno)};
    const auto fault = reading.fault.empty() ? "this is not \"Key=Value\"" : reading.fault;
    throw bus::Error{bus::Errc::InvalidArgument,
                     path + ":" + std::to_string(result) + ": " + fault};
}

}  // namespace shmbusd
