#include "quantity.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "failure.hpp"

namespace ctl {
namespace {

constexpr std::uint64_t kilo = 1024;
constexpr std::uint64_t second = 1'000'000'000;

struct Unit {
    std::string_view suffix;
    std::uint64_t factor;
};

constexpr std::array size_units{
    Unit{"", 1},           Unit{"B", 1},        Unit{"K", kilo},      Unit{"KB", kilo},
    Unit{"KiB", kilo},     Unit{"k", kilo},     Unit{"M", 1U << 20},  Unit{"MB", 1U << 20},
    Unit{"MiB", 1U << 20}, Unit{"G", 1U << 30}, Unit{"GB", 1U << 30}, Unit{"GiB", 1U << 30},
};
constexpr std::array time_units{
    Unit{"", second},         Unit{"s", second},     Unit{"ns", 1},
    Unit{"us", 1000},         Unit{"ms", 1'000'000}, Unit{"min", 60 * second},
    Unit{"h", 3600 * second},
};

// What a quantity is called in messages.
struct Measure {
    std::span<const Unit> units;
    std::string_view example;
    std::string_view known;
    std::string_view smallest;
    std::uint64_t most;
};

Failure refuse(std::string_view option, std::string_view text, std::string_view reason) {
    return {fmt::format("{}={}", option, text), reason};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes the digits that `text` begins with; nothing when they exceed 64 bits.
std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

// Digits after the point as a numerator over a power of ten; more than nine cannot matter.
struct Fraction {
    std::uint64_t numerator = 0;
    std::uint64_t denominator = 1;
};

Fraction take_fraction(std::string_view& text) {
    Fraction fraction;
    while (!text.empty() && is_digit(text.front())) {
        if (fraction.denominator < second) {
            fraction.numerator =
                fraction.numerator * 10 + static_cast<std::uint64_t>(text.front() - '0');
            fraction.denominator *= 10;
        }
        text.remove_prefix(1);
    }
    return fraction;
}

const Unit* find_unit(std::span<const Unit> units, std::string_view suffix) {
    for (const auto& unit : units)
        if (unit.suffix == suffix) return &unit;
    return nullptr;
}

std::uint64_t parse(std::string_view option, std::string_view text, const Measure& measure) {
    if (text.starts_with('-')) throw refuse(option, text, "must not be negative");
    if (text.empty() || !is_digit(text.front()))
        throw refuse(option, text, fmt::format("not a number; write {}", measure.example));
    const auto too_much = [&] { return refuse(option, text, "too large"); };

    auto rest = text;
    const auto whole = take_number(rest);
    if (!whole) throw too_much();
    Fraction fraction;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        fraction = take_fraction(rest);
        if (fraction.denominator == 1) throw refuse(option, text, "no digit follows the point");
    }
    const auto* unit = find_unit(measure.units, rest);
    if (unit == nullptr)
        throw refuse(option, text, fmt::format("\"{}\" is no unit; use {}", rest, measure.known));

    std::uint64_t value = 0;
    std::uint64_t part = 0;
    if (__builtin_mul_overflow(*whole, unit->factor, &value) ||
        __builtin_mul_overflow(fraction.numerator, unit->factor, &part))
        throw too_much();
    if (part % fraction.denominator != 0)
        throw refuse(option, text, fmt::format("not a whole number of {}", measure.smallest));
    part /= fraction.denominator;
    if (__builtin_add_overflow(value, part, &value) || value > measure.most) throw too_much();
    return value;
}

// One digit after the point where there is a remainder, none where there is not.
std::string scaled(std::uint64_t value, std::uint64_t factor, std::string_view unit) {
    if (value % factor == 0) return fmt::format("{}{}", value / factor, unit);
    return fmt::format("{:.1f}{}", static_cast<double>(value) / static_cast<double>(factor), unit);
}

}  // namespace

std::uint64_t parse_size(std::string_view option, std::string_view text) {
    return parse(option, text,
                 {size_units, "bytes, or 64K, 1M, 2G", "B, K, M or G", "bytes",
                  std::numeric_limits<std::uint64_t>::max()});
}

std::chrono::nanoseconds parse_time(std::string_view option, std::string_view text) {
    const auto count = parse(option, text,
                             {time_units, "seconds, or 20us, 5ms, 1min", "ns, us, ms, s, min or h",
                              "nanoseconds", std::numeric_limits<std::int64_t>::max()});
    return std::chrono::nanoseconds{static_cast<std::int64_t>(count)};
}

std::uint64_t parse_count(std::string_view option, std::string_view text, std::uint64_t least) {
    if (text.starts_with('-')) throw refuse(option, text, "must not be negative");
    if (text.empty() || text.find_first_not_of("0123456789") != text.npos)
        throw refuse(option, text, "not a whole number");
    auto rest = text;
    const auto value = take_number(rest);
    if (!value) throw refuse(option, text, "too large");
    if (*value < least) throw refuse(option, text, fmt::format("must be at least {}", least));
    return *value;
}

std::uint32_t parse_count32(std::string_view option, std::string_view text, std::uint32_t least) {
    const auto value = parse_count(option, text, least);
    if (value > std::numeric_limits<std::uint32_t>::max()) throw refuse(option, text, "too large");
    return static_cast<std::uint32_t>(value);
}

double parse_rate(std::string_view option, std::string_view text) {
    double value = 0;
    const auto* last = text.data() + text.size();
    const auto [end, fault] = std::from_chars(text.data(), last, value, std::chars_format::fixed);
    if (fault != std::errc{} || end != last || !std::isfinite(value))
        throw refuse(option, text, "not a number");
    if (value <= 0) throw refuse(option, text, "must be more than 0");
    return value;
}

::mode_t parse_mode(std::string_view option, std::string_view text) {
    std::uint32_t mode = 0;
    const auto* last = text.data() + text.size();
    const auto [end, fault] = std::from_chars(text.data(), last, mode, 8);
    if (fault != std::errc{} || end != last || mode > 0777)
        throw refuse(option, text, "not permission bits in octal, 0 to 0777");
    return mode;
}

std::string format_size(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 5> units{"B", "K", "M", "G", "T"};
    std::uint64_t factor = 1;
    std::size_t unit = 0;
    while (unit + 1 < units.size() && bytes / factor >= kilo) {
        factor *= kilo;
        ++unit;
    }
    return scaled(bytes, factor, units[unit]);
}

std::string format_time(std::chrono::nanoseconds time) {
    const auto count = static_cast<std::uint64_t>(time.count());
    if (count >= second) return scaled(count, second, "s");
    if (count >= 1'000'000) return scaled(count, 1'000'000, "ms");
    if (count >= 1000) return scaled(count, 1000, "us");
    return fmt::format("{}ns", count);
}

std::string format_decimal(double value) {
    constexpr std::array<std::string_view, 5> units{"", "k", "M", "G", "T"};
    std::size_t unit = 0;
    // 999.5 would be shown as "1000".
    while (unit + 1 < units.size() && value >= 999.5) {
        value /= 1000;
        ++unit;
    }
    const int digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return fmt::format("{:.{}f} {}", value, digits, units[unit]);
}

}  // namespace ctl
