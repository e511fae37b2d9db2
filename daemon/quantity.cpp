#include "daemon/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include <bus/error.hpp>

namespace shmbusd {
namespace {

[[noreturn]] void refuse(std::string_view text, const std::string& reason) {
    throw bus::Error{bus::Errc::InvalidArgument, "\"" + std::string{text} + "\" is not " + reason};
}

// The number that `text` begins with, taken off it.
std::optional<std::uint64_t> take_number(std::string_view& text, int base = 10) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};
constexpr std::array sizes{Unit{"", 1}, Unit{"K", 1ULL << 10}, Unit{"M", 1ULL << 20},
                           Unit{"G", 1ULL << 30}, Unit{"T", 1ULL << 40}};
constexpr std::array times{Unit{"", 1'000'000'000},
                           Unit{"s", 1'000'000'000},
                           Unit{"ms", 1'000'000},
                           Unit{"us", 1'000},
                           Unit{"ns", 1},
                           Unit{"min", 60'000'000'000},
                           Unit{"h", 3'600'000'000'000}};

// Number times unit, when it is not above `most`.
template <std::size_t Count>
std::optional<std::uint64_t> scaled(std::string_view text, const std::array<Unit, Count>& units,
                                    std::uint64_t most) {
    const auto number = take_number(text);
    const auto unit =
        std::ranges::find_if(units, [&](const Unit& one) { return one.name == text; });
    if (!number || unit == units.end() || *number > most / unit->factor) return std::nullopt;
    return *number * unit->factor;
}

}  // namespace

std::uint64_t parse_size(std::string_view text, std::uint64_t least) {
    const auto size = scaled(text, sizes, std::numeric_limits<std::uint64_t>::max());
    if (!size || *size < least)
        refuse(text,
               least > 0 ? "a positive whole number (K, M, G, T)" : "a whole number (K, M, G, T)");
    return *size;
}

std::uint32_t parse_count(std::string_view text) {
    auto rest = text;
    const auto count = take_number(rest);
    if (!count || !rest.empty() || *count > std::numeric_limits<std::uint32_t>::max())
        refuse(text, "a whole number of 32 bits");
    return static_cast<std::uint32_t>(*count);
}

std::chrono::nanoseconds parse_time(std::string_view text) {
    const auto time = scaled(text, times, std::numeric_limits<std::int64_t>::max());
    if (!time) refuse(text, "a whole number of ns, us, ms, s, min or h");
    return std::chrono::nanoseconds{static_cast<std::int64_t>(*time)};
}

mode_t parse_mode(std::string_view text) {
    auto rest = text;
    const auto mode = take_number(rest, 8);
    if (!mode || !rest.empty() || *mode > 0777) refuse(text, "an octal number from 0 to 0777");
    return static_cast<mode_t>(*mode);
}

std::vector<std::string> parse_list(std::string_view text) {
    constexpr std::string_view parting = ", \t";
    std::vector<std::string> words;
    for (;;) {
        const auto first = text.find_first_not_of(parting);
        if (first == std::string_view::npos) return words;
        text.remove_prefix(first);
        const auto end = std::min(text.find_first_of(parting), text.size());
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

}  // namespace shmbusd
