#include "wire/shape.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>

#include <bus/error.hpp>

#include "wire/access.hpp"

namespace bus::wire {
namespace {

using abi::Shape;

[[noreturn]] void refuse(const std::string& key, const std::string& reason) {
    throw Error{Errc::InvalidArgument, key + ": " + reason};
}

std::chrono::nanoseconds duration_from(const std::string& key, const sdbus::Variant& value) {
    const auto number = number_from(key, value);
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        refuse(key, std::to_string(number) + " nanoseconds are too many");
    return std::chrono::nanoseconds{number};
}

constexpr unsigned bit_of(Kind kind) noexcept { return 1U << static_cast<unsigned>(kind); }
constexpr unsigned topic = bit_of(Kind::Topic);
constexpr unsigned service = bit_of(Kind::Service);
constexpr unsigned raw = bit_of(Kind::Raw);

// A key of the dictionary, of which kinds, and its place in a shape.
struct Key {
    std::string_view name;
    unsigned kinds;
    void (*read)(Shape& shape, const std::string& key, const sdbus::Variant& value);
    sdbus::Variant (*write)(const Shape& shape);
};

template <auto Member>
constexpr Key number_key(std::string_view name, unsigned kinds) {
    return {name, kinds,
            [](Shape& shape, const std::string& key, const sdbus::Variant& value) {
                shape.*Member = number_from(key, value);
            },
            [](const Shape& shape) { return sdbus::Variant{shape.*Member}; }};
}
template <auto Member>
constexpr Key count_key(std::string_view name, unsigned kinds) {
    return {name, kinds,
            [](Shape& shape, const std::string& key, const sdbus::Variant& value) {
                shape.*Member = small_number_from(key, value);
            },
            [](const Shape& shape) { return sdbus::Variant{shape.*Member}; }};
}
template <auto Member, auto FromWord>
constexpr Key word_key(std::string_view name, unsigned kinds) {
    return {
        name, kinds,
        [](Shape& shape, const std::string& key, const sdbus::Variant& value) {
            shape.*Member = FromWord(text_from(key, value));
        },
        [](const Shape& shape) { return sdbus::Variant{std::string{to_string(shape.*Member)}}; }};
}

void read_type(Shape& shape, const std::string& key, const sdbus::Variant& value) {
    shape.type = text_from(key, value);
}
void read_patience(Shape& shape, const std::string& key, const sdbus::Variant& value) {
    shape.patience = duration_from(key, value);
}
void read_standbys(Shape& shape, const std::string& key, const sdbus::Variant& value) {
    const auto standbys = small_number_from(key, value);
    if (standbys == std::numeric_limits<std::uint32_t>::max())
        refuse(key, std::to_string(standbys) + " is too large");
    shape.leading = standbys + 1;
}

constexpr std::array keys{
    number_key<&Shape::size>("size", topic | service | raw),
    number_key<&Shape::alignment>("alignment", topic | service),
    count_key<&Shape::history>("history", topic),
    count_key<&Shape::slots>("slots", topic),
    count_key<&Shape::slots>("depth", service),
    count_key<&Shape::leading>("publishers", topic),
    count_key<&Shape::leading>("writers", raw),
    count_key<&Shape::following>("subscribers", topic),
    count_key<&Shape::following>("clients", service),
    count_key<&Shape::following>("readers", raw),
    Key{"standbys", service, &read_standbys,
        [](const Shape& shape) { return sdbus::Variant{shape.leading - 1}; }},
    count_key<&Shape::holds>("holds", topic),
    word_key<&Shape::overflow, &overflow_from>("overflow", topic),
    word_key<&Shape::fence, &fence_from>("fence", topic | service | raw),
    Key{"type", topic | service | raw, &read_type,
        [](const Shape& shape) { return sdbus::Variant{shape.type}; }},
    Key{"patience", topic, &read_patience, [](const Shape& shape) {
            return sdbus::Variant{static_cast<std::uint64_t>(shape.patience.count())};
        }}};

std::string noun_of(Kind kind) {
    return std::string{to_string(kind)} + (kind == Kind::Raw ? " region" : "");
}

bool is_access(std::string_view key) {
    return key == "mode" || key == "group" || key == "users" || key == "groups";
}

template <class Options>
RegionRequest make_request(const Options& options) {
    RegionRequest request{.shape = abi::shape_of(options), .access = {.mode = options.mode}};
    if (!options.group.empty()) request.access.group = options.group;
    if (!options.users.empty()) request.access.users = options.users;
    if (!options.groups.empty()) request.access.groups = options.groups;
    return request;
}

void read_key(Shape& shape, const std::string& name, const sdbus::Variant& value) {
    const auto key = std::ranges::find(keys, std::string_view{name}, &Key::name);
    if (key == keys.end() || (key->kinds & bit_of(shape.kind)) == 0)
        refuse(name, "a " + noun_of(shape.kind) + " has no such option");
    key->read(shape, name, value);
}

}  // namespace

RegionRequest request_of(const TopicOptions& options) { return make_request(options); }
RegionRequest request_of(const ServiceOptions& options) { return make_request(options); }
RegionRequest request_of(const RawOptions& options) { return make_request(options); }

RegionRequest request_from(Kind kind, const Dictionary& dictionary) {
    RegionRequest request{.shape = abi::default_shape(kind)};
    Dictionary access;
    for (const auto& [key, value] : dictionary)
        if (is_access(key))
            access.emplace(key, value);
        else
            read_key(request.shape, key, value);
    request.access = access_change_from(access);
    return request;
}

Dictionary dictionary_from(const RegionRequest& request) {
    auto dictionary = dictionary_from(request.shape);
    dictionary.merge(dictionary_from(request.access));
    return dictionary;
}

Dictionary dictionary_from(const abi::Shape& shape) {
    Dictionary dictionary;
    for (const auto& key : keys)
        if ((key.kinds & bit_of(shape.kind)) != 0)
            dictionary.emplace(std::string{key.name}, key.write(shape));
    return dictionary;
}

}  // namespace bus::wire
