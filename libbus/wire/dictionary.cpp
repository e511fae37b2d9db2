#include "wire/dictionary.hpp"

#include <initializer_list>
#include <limits>

#include <bus/error.hpp>

#include "wire/access.hpp"

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

std::uint32_t small_number_from(const std::string& key, const sdbus::Variant& value) {
    const auto number = number_from(key, value);
    if (number > std::numeric_limits<std::uint32_t>::max())
        refuse(key, std::to_string(number) + " is too large");
    return static_cast<std::uint32_t>(number);
}

std::chrono::nanoseconds duration_from(const std::string& key, const sdbus::Variant& value) {
    const auto number = number_from(key, value);
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        refuse(key, std::to_string(number) + " nanoseconds are too many");
    return std::chrono::nanoseconds{number};
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

std::string text_from(const std::string& key, const sdbus::Variant& value) {
    const std::string type = value.peekValueType();
    if (type != "s") refuse(key, "its D-Bus type is \"" + type + "\", not a string");
    return value.get<std::string>();
}

Kind kind_from(std::string_view word) {
    return word_from("kind", word, {Kind::Topic, Kind::Raw, Kind::Service});
}
Role role_from(std::string_view word) {
    return word_from("role", word, {Role::Publisher, Role::Subscriber});
}
State state_from(std::string_view word) {
    return word_from("state", word,
                     {State::Active, State::Departed, State::Evicted, State::Removed});
}
Overflow overflow_from(std::string_view word) {
    return word_from("overflow", word, {Overflow::Block, Overflow::Overwrite});
}
Fence fence_from(std::string_view word) {
    return word_from("fence", word, {Fence::Asymmetric, Fence::Full});
}

TopicOptions topic_options_from(const Dictionary& dictionary) {
    TopicOptions options;
    for (const auto& [key, value] : dictionary) {
        if (key == "size")
            options.size = number_from(key, value);
        else if (key == "alignment")
            options.alignment = number_from(key, value);
        else if (key == "history")
            options.history = small_number_from(key, value);
        else if (key == "slots")
            options.slots = small_number_from(key, value);
        else if (key == "publishers")
            options.publishers = small_number_from(key, value);
        else if (key == "subscribers")
            options.subscribers = small_number_from(key, value);
        else if (key == "holds")
            options.holds = small_number_from(key, value);
        else if (key == "mode")
            options.mode = small_number_from(key, value);
        else if (key == "group")
            options.group = account_from(key, value);
        else if (key == "users")
            options.users = named_rights_from(key, value);
        else if (key == "groups")
            options.groups = named_rights_from(key, value);
        else if (key == "patience")
            options.patience = duration_from(key, value);
        else if (key == "type")
            options.type = text_from(key, value);
        else if (key == "overflow")
            options.overflow = overflow_from(text_from(key, value));
        else if (key == "fence")
            options.fence = fence_from(text_from(key, value));
        else
            refuse(key, "a topic has no such option");
    }
    return options;
}

Dictionary dictionary_from(const TopicOptions& options) {
    Dictionary dictionary{
        {"size", sdbus::Variant{std::uint64_t{options.size}}},
        {"alignment", sdbus::Variant{std::uint64_t{options.alignment}}},
        {"history", sdbus::Variant{options.history}},
        {"slots", sdbus::Variant{options.slots}},
        {"publishers", sdbus::Variant{options.publishers}},
        {"subscribers", sdbus::Variant{options.subscribers}},
        {"holds", sdbus::Variant{options.holds}},
        {"mode", sdbus::Variant{std::uint32_t{options.mode}}},
        {"patience", sdbus::Variant{static_cast<std::uint64_t>(options.patience.count())}},
        {"type", sdbus::Variant{options.type}},
        {"overflow", sdbus::Variant{std::string{to_string(options.overflow)}}},
        {"fence", sdbus::Variant{std::string{to_string(options.fence)}}},
    };
    if (!options.group.empty()) dictionary["group"] = sdbus::Variant{options.group};
    if (!options.users.empty()) dictionary["users"] = variant_from(options.users);
    if (!options.groups.empty()) dictionary["groups"] = variant_from(options.groups);
    return dictionary;
}

Dictionary shape_from(const TopicOptions& options) {
    auto dictionary = dictionary_from(options);
    for (const char* key : {"mode", "group", "users", "groups"}) dictionary.erase(key);
    return dictionary;
}

abi::Geometry geometry_from(const Dictionary& dictionary) {
    abi::Geometry geometry;
    for (const auto& [key, value] : dictionary) {
        if (key == "kind")
            geometry.kind = kind_from(text_from(key, value));
        else if (key == "overflow")
            geometry.overflow = overflow_from(text_from(key, value));
        else if (key == "fence")
            geometry.fence = fence_from(text_from(key, value));
        else if (key == "history")
            geometry.history = small_number_from(key, value);
        else if (key == "publishers")
            geometry.publishers = small_number_from(key, value);
        else if (key == "subscribers")
            geometry.subscribers = small_number_from(key, value);
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
    const bool complete = geometry.publishers != 0 && geometry.subscribers != 0 &&
                          geometry.slots != 0 && geometry.holds != 0 && geometry.holds <= 64 &&
                          geometry.size != 0 && geometry.size <= 0xffff'ffff &&
                          geometry.alignment != 0;
    if (!complete) throw Error{Errc::BadSegment, "geometry: the daemon's answer is incomplete"};
    return geometry;
}

Dictionary dictionary_from(const abi::Geometry& geometry) {
    return {
        {"kind", sdbus::Variant{std::string{to_string(geometry.kind)}}},
        {"overflow", sdbus::Variant{std::string{to_string(geometry.overflow)}}},
        {"fence", sdbus::Variant{std::string{to_string(geometry.fence)}}},
        {"history", sdbus::Variant{geometry.history}},
        {"publishers", sdbus::Variant{geometry.publishers}},
        {"subscribers", sdbus::Variant{geometry.subscribers}},
        {"holds", sdbus::Variant{geometry.holds}},
        {"slots", sdbus::Variant{geometry.slots}},
        {"stretch", sdbus::Variant{geometry.stretch}},
        {"size", sdbus::Variant{geometry.size}},
        {"alignment", sdbus::Variant{geometry.alignment}},
        {"patience", sdbus::Variant{geometry.patience}},
    };
}

}  // namespace bus::wire
