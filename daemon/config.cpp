#include "daemon/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>

#include <ini.h>

#include <bus/error.hpp>

namespace shmbusd {
namespace {

constexpr std::array levels{"trace", "debug", "info", "warning", "error"};

struct Reading {
    std::ifstream file;
    int line = 0;
    Config config;
    std::string fault;  // the first that a section has to say; nothing is read after it
    int fault_line = 0;
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

// As fgets(), which is what inih asks for; the end of the file once a fault was found.
char* next_line(char* to, int size, void* user) {
    auto& reading = *static_cast<Reading*>(user);
    std::string text;
    if (!reading.fault.empty() || !std::getline(reading.file, text)) return nullptr;
    ++reading.line;
    const auto length = std::min(text.size(), static_cast<std::size_t>(size) - 1);
    *std::copy_n(text.data(), length, to) = '\0';
    return to;
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
    reading.fault_line = reading.line;
    return reading.fault.empty() ? 1 : 0;
}

}  // namespace

Config read_config(const std::string& path) {
    Reading reading;
    reading.file.open(path);
    if (!reading.file)
        throw bus::Error{bus::Errc::InvalidArgument, path + ": " + std::strerror(errno)};
    // The line of the first fault, inih's own or a section's.
    const int line = ::ini_parse_stream(next_line, &reading, take_line, &reading);
    if (line == 0) return reading.config;
    const bool known = !reading.fault.empty() && line == reading.fault_line;
    throw bus::Error{bus::Errc::InvalidArgument,
                     path + ":" + std::to_string(line) + ": " +
                         (known ? reading.fault : "this is not \"Key=Value\"")};
}

}  // namespace shmbusd
