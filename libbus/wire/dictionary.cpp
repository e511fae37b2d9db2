#include "wire/dictionary.hpp"

#include <initializer_list>
#include <limits>

#include <bus/error.hpp>

#include "abi/roles.hpp"

namespace bus::wire {
namespace {

[[noreturn]] void refuse(const std::string& key, const std::string& reason) {
    throw Error{Errc::InvalidArgument, key + ": " + reason};
}

template <class Enumeration>
Enumeration word_from(const char* what, std::string_view word,
                      std::initializer_list<Enumeration> values) {
    std::string choices;
    for (const auto value : values) {
        if (to_string(value) == word) return value;
        choices += (choices.empty() ? "" : " or ") + std::string{to_string(value)};
    }
    refuse(what, "\"" + std::string{word} + "\" is not " + choices);
}

template <class Integer>
std::uint64_t positive(const std::string& key, const sdbus::Variant& value) {
    const auto number = value.get<Integer>();
    if constexpr (std::numeric_limits<Integer>::is_signed)
        if (number < 0) refuse(key, std::to_string(number) + " is negative");
    return static_cast<std::uint64_t>(number);
}

}  // namespace

std::uint64_t number_from(const std::string& key, const sdbus::Variant& value) {
    const std::string type = value.peekValueType();
    if (type == "y") return positive<std::uint8_t>(key, value);
    if (type == "n") return positive<std::int16_t>(key, value);
    if (type == "q") return positive<std::uint16_t>(key, value);
    if (type == "i") return positive<std::int32_t>(key, value);
    if (type == "u") return positive<std::uint32_t>(key, value);
    if (type == "x") return positive<std::int64_t>(key, value);
    if (type == "t") return positive<std::uint64_t>(key, value);
    refuse(key, "its D-Bus type is \"" + type + "\", not an integer");
}

std::uint32_t small_number_from(const std::string& key, const sdbus::Variant& value) {
    const auto number = number_from(key, value);
    if (number > std::numeric_limits<std::uint32_t>::max())
        refuse(key, std::to_string(number) + " is too large");
    return static_cast<std::uint32_t>(number);
}

bool flag_from(const std::string& key, const sdbus::Variant& value) {
    const std::string type = value.peekValueType();
    if (type != "b") refuse(key, "its D-Bus type is \"" + type + "\", not a boolean");
    return value.get<bool>();
}

std::string text_from(const std::string& key, const sdbus::Variant& value) {
    const std::string type = value.peekValueType();
    if (type != "s") refuse(key, "its D-Bus type is \"" + type + "\", not a string");
    return value.get<std::string>();
}

Kind kind_from(std::string_view word) {
    return word_from("kind", word, {Kind::Topic, Kind::Raw, Kind::Service});
}
Role role_from(std::string_view word) {
    return word_from("role", word,
                     {Role::Publisher, Role::Subscriber, Role::Server, Role::Client, Role::Writer,
                      Role::Reader});
}
State state_from(std::string_view word) {
    return word_from(
        "state", word,
        {State::Active, State::Departed, State::Evicted, State::Removed, State::Standby});
}
Overflow overflow_from(std::string_view word) {
    return word_from("overflow", word, {Overflow::Block, Overflow::Overwrite});
}
Fence fence_from(std::string_view word) {
    return word_from("fence", word, {Fence::Asymmetric, Fence::Full});
}

namespace {

// Of each kind in the kind's own words: "publishers", "clients".
std::string count_key(Role role) { return std::string{to_string(role)} + "s"; }

Kind kind_in(const Dictionary& dictionary) {
    const auto found = dictionary.find("kind");
    return found == dictionary.end() ? Kind::Topic : kind_from(text_from("kind", found->second));
}

// Whether nothing is missing that segments of this kind are addressed by.
bool is_complete(const abi::Geometry& geometry) {
    if (geometry.leading == 0 || geometry.following == 0 || geometry.size == 0) return false;
    if (geometry.kind == Kind::Raw) return true;
    const bool slots =
        geometry.slots != 0 && geometry.size <= 0xffff'ffff && geometry.alignment != 0;
    const bool holds = geometry.holds != 0 && geometry.holds <= 64;
    return slots && (holds || geometry.kind == Kind::Service);
}

}  // namespace

abi::Geometry geometry_from(const Dictionary& dictionary) {
    abi::Geometry geometry;
    geometry.kind = kind_in(dictionary);
    const auto leading = count_key(abi::leading_role(geometry.kind));
    const auto following = count_key(abi::following_role(geometry.kind));
    for (const auto& [key, value] : dictionary) {
        if (key == "overflow")
            geometry.overflow = overflow_from(text_from(key, value));
        else if (key == "fence")
            geometry.fence = fence_from(text_from(key, value));
        else if (key == "history")
            geometry.history = small_number_from(key, value);
        else if (key == leading)
            geometry.leading = small_number_from(key, value);
        else if (key == following)
            geometry.following = small_number_from(key, value);
        else if (key == "holds")
            geometry.holds = small_number_from(key, value);
        else if (key == "slots")
            geometry.slots = small_number_from(key, value);
        else if (key == "stretch")
            geometry.stretch = small_number_from(key, value);
        else if (key == "size")
            geometry.size = number_from(key, value);
        else if (key == "alignment")
            geometry.alignment = number_from(key, value);
        else if (key == "patience")
            geometry.patience = number_from(key, value);
        // Keys of a newer daemon that this build does not need are passed over.
    }
    if (!is_complete(geometry))
        throw Error{Errc::BadSegment, "geometry: the daemon's answer is incomplete"};
    return geometry;
}

Dictionary dictionary_from(const abi::Geometry& geometry) {
    return {
        {"kind", sdbus::Variant{std::string{to_string(geometry.kind)}}},
        {"overflow", sdbus::Variant{std::string{to_string(geometry.overflow)}}},
        {"fence", sdbus::Variant{std::string{to_string(geometry.fence)}}},
        {"history", sdbus::Variant{geometry.history}},
        {count_key(abi::leading_role(geometry.kind)), sdbus::Variant{geometry.leading}},
        {count_key(abi::following_role(geometry.kind)), sdbus::Variant{geometry.following}},
        {"holds", sdbus::Variant{geometry.holds}},
        {"slots", sdbus::Variant{geometry.slots}},
        {"stretch", sdbus::Variant{geometry.stretch}},
        {"size", sdbus::Variant{geometry.size}},
        {"alignment", sdbus::Variant{geometry.alignment}},
        {"patience", sdbus::Variant{geometry.patience}},
    };
}

}  // namespace bus::wire
