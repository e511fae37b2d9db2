#include "wire/dictionary.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <ostream>
#include <string>

#include <doctest/doctest.h>

#include <bus/error.hpp>

#include "wire/shape.hpp"

namespace bus::wire {
namespace {

// The text that a call is refused with, checked for its code; nothing when it is not refused.
std::string refusal(const std::function<void()>& call, Errc code = Errc::InvalidArgument) {
    try {
        call();
    } catch (const Error& error) {
        CHECK(error.errc() == code);
        return error.what();
    }
    return "";
}

std::string option_refusal(const std::string& key, const sdbus::Variant& value) {
    return refusal([&] { (void)request_from(Kind::Topic, {{key, value}}); });
}

abi::Geometry odd_geometry() {
    abi::Geometry geometry;
    geometry.kind = Kind::Topic;
    geometry.overflow = Overflow::Overwrite;
    geometry.fence = Fence::Full;
    geometry.history = 1;
    geometry.leading = 2;
    geometry.following = 3;
    geometry.holds = 4;
    geometry.slots = 5;
    geometry.stretch = 6;
    geometry.size = 0xffff'ffff;
    geometry.alignment = 64;
    geometry.patience = 10;
    return geometry;
}

TEST_CASE("dictionary: a geometry comes back as it went") {
    CHECK(geometry_from(dictionary_from(odd_geometry())) == odd_geometry());
}

TEST_CASE("dictionary: a newer daemon's key in a geometry is passed over") {
    auto dictionary = dictionary_from(odd_geometry());
    dictionary["colour"] = sdbus::Variant{std::string{"red"}};
    CHECK(geometry_from(dictionary) == odd_geometry());
}

TEST_CASE("dictionary: a geometry that lacks what addresses memory is refused") {
    for (const char* key : {"publishers", "subscribers", "holds", "slots", "size", "alignment"}) {
        CAPTURE(key);
        auto dictionary = dictionary_from(odd_geometry());
        dictionary.erase(key);
        CHECK(refusal([&] { (void)geometry_from(dictionary); }, Errc::BadSegment)
                  .starts_with("geometry: "));
    }
}

TEST_CASE("dictionary: a service's geometry has a service's words, and no holds") {
    const abi::Geometry geometry{.kind = Kind::Service,
                                 .leading = 2,
                                 .following = 3,
                                 .slots = 4,
                                 .size = 5,
                                 .alignment = 32};
    auto dictionary = dictionary_from(geometry);
    CHECK(number_from("servers", dictionary.at("servers")) == 2);
    CHECK(number_from("clients", dictionary.at("clients")) == 3);
    CHECK(geometry_from(dictionary) == geometry);
    dictionary.erase("slots");
    CHECK_FALSE(refusal([&] { (void)geometry_from(dictionary); }, Errc::BadSegment).empty());
}

TEST_CASE("dictionary: a raw region's geometry needs no slots, and may be larger") {
    const abi::Geometry geometry{
        .kind = Kind::Raw, .leading = 2, .following = 3, .size = 0x1'0000'0000};
    CHECK(geometry_from(dictionary_from(geometry)) == geometry);
}

TEST_CASE("dictionary: a geometry with absurd numbers is refused") {
    auto dictionary = dictionary_from(odd_geometry());
    dictionary["holds"] = sdbus::Variant{std::uint32_t{65}};
    CHECK_FALSE(refusal([&] { (void)geometry_from(dictionary); }, Errc::BadSegment).empty());
    dictionary = dictionary_from(odd_geometry());
    dictionary["size"] = sdbus::Variant{std::uint64_t{0x1'0000'0000}};
    CHECK_FALSE(refusal([&] { (void)geometry_from(dictionary); }, Errc::BadSegment).empty());
}

TEST_CASE("dictionary: a number may come as any D-Bus integer") {
    CHECK(number_from("n", sdbus::Variant{std::uint8_t{7}}) == 7);
    CHECK(number_from("n", sdbus::Variant{std::int16_t{7}}) == 7);
    CHECK(number_from("n", sdbus::Variant{std::uint16_t{7}}) == 7);
    CHECK(number_from("n", sdbus::Variant{std::int32_t{7}}) == 7);
    CHECK(number_from("n", sdbus::Variant{std::uint32_t{7}}) == 7);
    CHECK(number_from("n", sdbus::Variant{std::int64_t{7}}) == 7);
    CHECK(number_from("n", sdbus::Variant{std::uint64_t{7}}) == 7);
    const auto largest = std::numeric_limits<std::uint64_t>::max();
    CHECK(number_from("n", sdbus::Variant{largest}) == largest);
}

TEST_CASE("dictionary: a negative number is refused, and the key is named") {
    CHECK(option_refusal("slots", sdbus::Variant{std::int16_t{-1}}) == "slots: -1 is negative");
    CHECK(option_refusal("size", sdbus::Variant{std::int32_t{-2}}) == "size: -2 is negative");
    CHECK(option_refusal("patience", sdbus::Variant{std::int64_t{-3}}) ==
          "patience: -3 is negative");
}

TEST_CASE("dictionary: a value of another type is refused, and the key is named") {
    const sdbus::Variant number{std::uint32_t{1}};
    const sdbus::Variant text{std::string{"1"}};
    for (const char* key : {"size", "alignment", "history", "slots", "publishers", "subscribers",
                            "holds", "mode", "patience"}) {
        CAPTURE(key);
        CHECK(option_refusal(key, text) ==
              std::string{key} + ": its D-Bus type is \"s\", not an integer");
        CHECK_FALSE(option_refusal(key, sdbus::Variant{1.0}).empty());
        CHECK_FALSE(option_refusal(key, sdbus::Variant{true}).empty());
    }
    for (const char* key : {"type", "overflow", "fence"}) {
        CAPTURE(key);
        CHECK(option_refusal(key, number) ==
              std::string{key} + ": its D-Bus type is \"u\", not a string");
    }
}

TEST_CASE("dictionary: a number too large for its option is refused, not cut") {
    const sdbus::Variant large{std::uint64_t{0x1'0000'0001}};
    for (const char* key : {"history", "slots", "publishers", "subscribers", "holds"}) {
        CAPTURE(key);
        CHECK(option_refusal(key, large) == std::string{key} + ": 4294967297 is too large");
    }
    CHECK(option_refusal("patience", sdbus::Variant{std::numeric_limits<std::uint64_t>::max()})
              .starts_with("patience: "));
}

TEST_CASE("dictionary: an unknown key is refused by its name") {
    CHECK(option_refusal("colour", sdbus::Variant{std::uint32_t{1}}) ==
          "colour: a topic has no such option");
}

TEST_CASE("dictionary: an unknown word is refused with the words there are") {
    CHECK(option_refusal("overflow", sdbus::Variant{std::string{"drop"}}) ==
          "overflow: \"drop\" is not block or overwrite");
    CHECK(option_refusal("fence", sdbus::Variant{std::string{""}}) ==
          "fence: \"\" is not asymmetric or full");
    CHECK(refusal([] { (void)kind_from("pipe"); }) ==
          "kind: \"pipe\" is not topic or raw or service");
    CHECK(refusal([] { (void)role_from("owner"); }) ==
          "role: \"owner\" is not publisher or subscriber or server or client or writer or reader");
    CHECK(refusal([] { (void)state_from("Active"); }).starts_with("state: "));
}

TEST_CASE("dictionary: every word of every enumeration is understood") {
    for (const auto kind : {Kind::Raw, Kind::Topic, Kind::Service})
        CHECK(kind_from(to_string(kind)) == kind);
    for (const auto role : {Role::Publisher, Role::Subscriber, Role::Server, Role::Client,
                            Role::Writer, Role::Reader})
        CHECK(role_from(to_string(role)) == role);
    for (const auto state :
         {State::Active, State::Departed, State::Evicted, State::Removed, State::Standby})
        CHECK(state_from(to_string(state)) == state);
    for (const auto overflow : {Overflow::Block, Overflow::Overwrite})
        CHECK(overflow_from(to_string(overflow)) == overflow);
    for (const auto fence : {Fence::Asymmetric, Fence::Full})
        CHECK(fence_from(to_string(fence)) == fence);
}

}  // namespace
}  // namespace bus::wire
