#include "wire/shape.hpp"

#include <functional>
#include <string>

#include <doctest/doctest.h>

#include <bus/error.hpp>

namespace bus::wire {
namespace {

// The text that these options of this kind are refused with.
std::string refusal(Kind kind, const Dictionary& dictionary) {
    try {
        (void)request_from(kind, dictionary);
    } catch (const Error& error) {
        CHECK(error.errc() == Errc::InvalidArgument);
        return error.what();
    }
    return "";
}

template <class Options>
RegionRequest there_and_back(const Options& options) {
    const auto request = request_of(options);
    return request_from(request.shape.kind, dictionary_from(request));
}

TopicOptions odd_options() {
    TopicOptions options;
    options.size = 5'000'000'000;
    options.alignment = 64;
    options.history = 3;
    options.slots = 4;
    options.overflow = Overflow::Overwrite;
    options.publishers = 5;
    options.subscribers = 6;
    options.holds = 7;
    options.type = "Pose \"2\"";
    options.patience = std::chrono::nanoseconds{8'000'000'000};
    options.fence = Fence::Full;
    options.mode = 0640;
    options.group = "users";
    options.users = {{"7", Rights::Read}};
    return options;
}

ServiceOptions odd_service() {
    return {.size = 1000,
            .alignment = 64,
            .depth = 3,
            .clients = 4,
            .standbys = 5,
            .type = "Frame->Frame",
            .fence = Fence::Full,
            .mode = 0666};
}

RawOptions odd_raw() {
    return {.size = 5'000'000'000,
            .writers = 2,
            .readers = 3,
            .type = "Table",
            .fence = Fence::Full,
            .mode = 0644};
}

TEST_CASE("shape: a topic's options come back as they went") {
    const auto request = there_and_back(odd_options());
    CHECK(request.shape == abi::shape_of(odd_options()));
    CHECK(request.access.mode == 0640);
    CHECK(request.access.group == "users");
    CHECK(request.access.users == NamedRights{{"7", Rights::Read}});
    CHECK_FALSE(request.access.groups);
}

TEST_CASE("shape: a service's options come back as they went") {
    const auto request = there_and_back(odd_service());
    const auto options = abi::service_options(request.shape);
    CHECK(request.shape == abi::shape_of(odd_service()));
    CHECK(options.size == 1000);
    CHECK(options.alignment == 64);
    CHECK(options.depth == 3);
    CHECK(options.clients == 4);
    CHECK(options.standbys == 5);
    CHECK(options.type == "Frame->Frame");
    CHECK(options.fence == Fence::Full);
    CHECK(request.access.mode == 0666);
}

TEST_CASE("shape: a raw region's options come back as they went") {
    const auto request = there_and_back(odd_raw());
    const auto options = abi::raw_options(request.shape);
    CHECK(request.shape == abi::shape_of(odd_raw()));
    CHECK(options.size == 5'000'000'000);
    CHECK(options.writers == 2);
    CHECK(options.readers == 3);
    CHECK(options.type == "Table");
    CHECK(request.access.mode == 0644);
}

TEST_CASE("shape: nothing asked is the kind's defaults") {
    for (const auto kind : {Kind::Topic, Kind::Service, Kind::Raw}) {
        CAPTURE(to_string(kind));
        CHECK(request_from(kind, {}).shape == abi::default_shape(kind));
    }
}

TEST_CASE("shape: an option of another kind is refused by its name") {
    const sdbus::Variant one{std::uint32_t{1}};
    CHECK(refusal(Kind::Service, {{"history", one}}) == "history: a service has no such option");
    CHECK(refusal(Kind::Topic, {{"depth", one}}) == "depth: a topic has no such option");
    CHECK(refusal(Kind::Raw, {{"alignment", one}}) == "alignment: a raw region has no such option");
    CHECK(refusal(Kind::Raw, {{"clients", one}}) == "clients: a raw region has no such option");
}

TEST_CASE("shape: standbys that leave no number for the server are refused") {
    const sdbus::Variant most{std::uint32_t{0xffff'ffff}};
    CHECK(refusal(Kind::Service, {{"standbys", most}}) == "standbys: 4294967295 is too large");
}

TEST_CASE("shape: what stays for life says nothing of access") {
    const auto dictionary = dictionary_from(abi::shape_of(odd_options()));
    for (const char* key : {"mode", "group", "users", "groups"})
        CHECK_FALSE(dictionary.contains(key));
}

}  // namespace
}  // namespace bus::wire
