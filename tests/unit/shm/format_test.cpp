#include "shm/format.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

#include <doctest/doctest.h>

#include <bus/error.hpp>

#include "ring_fixture.hpp"
#include "shm/derive.hpp"

namespace bus::shm {
namespace {

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

abi::Shape good() {
    abi::Shape options;
    options.size = 64;
    return options;
}

// The text that options are refused with as an invalid argument, or nothing.
std::string refusal(const std::function<void(abi::Shape&)>& change) {
    auto options = good();
    change(options);
    try {
        (void)derive_geometry(options, gibibyte);
    } catch (const Error& error) {
        CHECK(error.errc() == Errc::InvalidArgument);
        return error.what();
    }
    return "";
}

TEST_CASE("geometry: the defaults make a topic") {
    const auto geometry = derive_geometry(good(), gibibyte);
    CHECK(geometry.kind == Kind::Topic);
    CHECK(geometry.overflow == Overflow::Block);
    CHECK(geometry.leading == 4);
    CHECK(geometry.following == 8);
    CHECK(geometry.holds == 2);
    CHECK(geometry.size == 64);
    CHECK(geometry.alignment == 32);
    CHECK(geometry.patience == 0);
}

TEST_CASE("geometry: what is asked for is what it says") {
    auto options = good();
    options.size = 100;
    options.alignment = 64;
    options.history = 3;
    options.leading = 2;
    options.following = 5;
    options.holds = 7;
    options.overflow = Overflow::Overwrite;
    options.fence = Fence::Full;
    options.patience = std::chrono::nanoseconds{12345};
    const auto geometry = derive_geometry(options, gibibyte);
    CHECK(geometry.size == 100);
    CHECK(geometry.alignment == 64);
    CHECK(geometry.history == 3);
    CHECK(geometry.leading == 2);
    CHECK(geometry.following == 5);
    CHECK(geometry.holds == 7);
    CHECK(geometry.overflow == Overflow::Overwrite);
    CHECK(geometry.fence == Fence::Full);
    CHECK(geometry.patience == 12345);
}

TEST_CASE("options: a value out of range is refused with the option's name and range") {
    const auto out = [](const char* what, const char* range, std::string text) {
        CAPTURE(text);
        CHECK(text.starts_with(std::string{what} + ": "));
        CHECK(text.ends_with(std::string{" is not between "} + range));
    };
    out("size", "1 and 1073741824", refusal([](auto& o) { o.size = 0; }));
    out("size", "1 and 1073741824", refusal([](auto& o) { o.size = gibibyte + 1; }));
    out("alignment", "32 and 4096", refusal([](auto& o) { o.alignment = 16; }));
    out("alignment", "32 and 4096", refusal([](auto& o) { o.alignment = 8192; }));
    out("publishers", "1 and 256", refusal([](auto& o) { o.leading = 0; }));
    out("publishers", "1 and 256", refusal([](auto& o) { o.leading = 257; }));
    out("subscribers", "1 and 1024", refusal([](auto& o) { o.following = 0; }));
    out("subscribers", "1 and 1024", refusal([](auto& o) { o.following = 1025; }));
    out("holds", "1 and 64", refusal([](auto& o) { o.holds = 0; }));
    out("holds", "1 and 64", refusal([](auto& o) { o.holds = 65; }));
    out("history", "0 and 4194304", refusal([](auto& o) { o.history = 4194305; }));
    out("slots", "0 and 16777216", refusal([](auto& o) { o.slots = 16777217; }));
}

TEST_CASE("options: both ends of every range are accepted") {
    CHECK(refusal([](auto& o) { o.size = 1; }) == "");
    CHECK(refusal([](auto& o) { o.alignment = 32; }) == "");
    CHECK(refusal([](auto& o) { o.alignment = 4096; }) == "");
    CHECK(refusal([](auto& o) { o.leading = 1; }) == "");
    CHECK(refusal([](auto& o) { o.leading = 256; }) == "");
    CHECK(refusal([](auto& o) { o.following = 1; }) == "");
    CHECK(refusal([](auto& o) { o.following = 1024; }) == "");
    CHECK(refusal([](auto& o) { o.holds = 1; }) == "");
    CHECK(refusal([](auto& o) { o.holds = 64; }) == "");
    CHECK(refusal([](auto& o) { o.history = 4194304; }) == "");
    CHECK(refusal([](auto& o) { o.type = std::string(255, 't'); }) == "");
}

TEST_CASE("options: an alignment that is no power of two is refused") {
    CHECK(refusal([](auto& o) { o.alignment = 48; }) == "alignment: it is not a power of two");
}

TEST_CASE("options: a negative patience is refused") {
    CHECK(refusal([](auto& o) { o.patience = std::chrono::nanoseconds{-1}; }) ==
          "patience: it is negative");
}

TEST_CASE("options: a word that is none of the enumeration's is refused") {
    CHECK(refusal([](auto& o) { o.overflow = static_cast<Overflow>(3); }).starts_with("overflow:"));
    CHECK(refusal([](auto& o) { o.overflow = static_cast<Overflow>(0); }).starts_with("overflow:"));
    CHECK(refusal([](auto& o) { o.fence = static_cast<Fence>(3); }).starts_with("fence:"));
}

TEST_CASE("options: a type name that breaks the rules is refused") {
    CHECK(refusal([](auto& o) { o.type = std::string(256, 't'); }).starts_with("type: "));
    CHECK(refusal([](auto& o) { o.type = "a\nb"; }).starts_with("type: "));
}

TEST_CASE("geometry: a segment beyond the limit is refused, and says what it would take") {
    auto options = good();
    options.size = 1 << 20;
    options.slots = 2000;
    try {
        (void)derive_geometry(options, gibibyte);
        FAIL("derived");
    } catch (const Error& error) {
        CHECK(error.errc() == Errc::LimitsExceeded);
        CHECK(std::string{error.what()} ==
              "size: a publisher would need 2097287168 bytes (2000 slots of 1048640), the limit is "
              "1073741824");
    }
}

TEST_CASE("geometry: a client's segment beyond the limit is refused the same") {
    auto shape = abi::default_shape(Kind::Service);
    shape.size = 1 << 20;
    shape.slots = 2000;
    try {
        (void)derive_geometry(shape, gibibyte);
        FAIL("derived");
    } catch (const Error& error) {
        CHECK(error.errc() == Errc::LimitsExceeded);
        CHECK(std::string{error.what()}.starts_with("size: a client would need "));
    }
}

TEST_CASE("geometry: a segment of exactly the limit is made") {
    const auto bytes = derive_geometry(good(), gibibyte).publisher_bytes();
    CHECK(derive_geometry(good(), bytes).publisher_bytes() == bytes);
    CHECK_THROWS_AS((void)derive_geometry(good(), bytes - 1), Error);
}

TEST_CASE("geometry: small payloads get a deep ring, large ones a shallow one") {
    auto options = good();
    options.size = 1;
    CHECK(derive_geometry(options, gibibyte).slots == 256);
    options.overflow = Overflow::Overwrite;
    CHECK(derive_geometry(options, gibibyte).slots == 4096);
    options.overflow = Overflow::Block;
    options.size = 1000;
    CHECK(derive_geometry(options, gibibyte).slots == 256 * 1024 / 1088);
    options.size = 1 << 20;
    CHECK(derive_geometry(options, gibibyte).slots == 4);
}

TEST_CASE("geometry: a blocking ring has a slot more than its history") {
    auto options = good();
    options.slots = 2;
    options.history = 100;
    CHECK(derive_geometry(options, gibibyte).slots == 101);
}

TEST_CASE("geometry: slots that were asked for are there, and two at the least") {
    auto options = good();
    options.slots = 37;
    CHECK(derive_geometry(options, gibibyte).slots == 37);
    options.slots = 1;
    CHECK(derive_geometry(options, gibibyte).slots == 2);
}

// What the head of format.cpp promises of rings that overwrite.
template <class Check>
void sweep(Check check) {
    for (const std::uint32_t subscribers : {1U, 2U, 3U, 8U, 100U, 1024U})
        for (const std::uint32_t holds : {1U, 2U, 7U, 64U})
            for (const std::uint32_t history : {0U, 1U, 5U, 16U, 1000U, 4194304U})
                for (const std::uint32_t slots : {0U, 2U, 13U, 1000U, 100000U}) {
                    auto options = good();
                    options.size = 8;
                    options.overflow = Overflow::Overwrite;
                    options.following = subscribers;
                    options.holds = holds;
                    options.history = history;
                    options.slots = slots;
                    const auto geometry = derive_geometry(options, 8 * gibibyte);
                    CAPTURE(subscribers);
                    CAPTURE(holds);
                    CAPTURE(history);
                    CAPTURE(geometry.slots);
                    CAPTURE(geometry.stretch);
                    check(geometry, std::uint64_t{subscribers} * holds);
                }
}

TEST_CASE("geometry: every stretch has a free slot whatever is held") {
    sweep(
        [](const abi::Geometry& geometry, std::uint64_t held) { CHECK(geometry.stretch > held); });
}

TEST_CASE("geometry: behind the stretch being reused the history is kept whatever is held") {
    sweep([](const abi::Geometry& geometry, std::uint64_t held) {
        // The worst: every stretch behind was full of holds when it was reused.
        const auto behind = std::uint64_t{geometry.slots} - geometry.stretch;
        CHECK(behind / geometry.stretch * (geometry.stretch - held) >= geometry.history);
    });
}

TEST_CASE("geometry: there are at least two stretches in a ring") {
    sweep([](const abi::Geometry& geometry, std::uint64_t) {
        CHECK(geometry.slots >= 2 * geometry.stretch);
    });
}

TEST_CASE("geometry: a ring that overwrites has the slots that were asked for") {
    auto options = good();
    options.overflow = Overflow::Overwrite;
    options.slots = 5000;
    CHECK(derive_geometry(options, gibibyte).slots == 5000);
}

TEST_CASE("format: a fresh publisher segment names itself and has nothing to take") {
    TestTopic topic{small_topic(Overflow::Block)};
    auto& header = topic.header();
    CHECK(header.identity.magic == abi::publisher_magic);
    CHECK(header.identity.attachment == TestTopic::publisher_id);
    CHECK(header.identity.bytes == topic.geometry.publisher_bytes());
    CHECK(header.identity.requires_bits == 0);
    CHECK(header.head == 0);
    CHECK(header.floor == 1);
    CHECK(header.sleep.epoch == 0);
    for (std::uint64_t n = 1; n <= topic.geometry.slots; ++n) CHECK(topic.slot(n).stamp == 0);
}

TEST_CASE("format: a fresh subscriber segment names itself and is bound to nobody") {
    TestTopic topic{small_topic(Overflow::Block)};
    auto& reader = topic.make_reader();
    CHECK(reader.header().identity.magic == abi::subscriber_magic);
    CHECK(reader.header().identity.attachment == 101);
    CHECK(reader.header().identity.bytes == topic.geometry.subscriber_bytes());
    CHECK(reader.sleep().epoch == 0);
    CHECK(reader.lane().publisher == 0);
    CHECK(reader.lane().cursor == 0);
    for (auto& hold : reader.holds()) CHECK(hold == 0);
}

}  // namespace
}  // namespace bus::shm
