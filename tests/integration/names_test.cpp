// Names of regions: those that are refused, wherever a name may stand, and those that are not.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "refusal.hpp"
#include "stage.hpp"

using namespace integration;
using namespace std::string_literals;

namespace {

const std::vector<std::string> bad_names{
    "",
    std::string(256, 'a'),
    std::string(100'000, 'a'),
    "/",
    "/a",
    "a/",
    "a//b",
    ".",
    "..",
    "a/.",
    "a/../b",
    "a b",
    "a\nb",
    "a\tb",
    "a:b",
    "a*",
    "a~b",
    "\xc3\xa4",   // UTF-8 beyond ASCII
    "a\xff\xfe",  // not UTF-8 at all
    "a\0b"s,      // a NUL inside
    "topic\0"s,   // and at the end
    "a\\b",
    "$(a)",
};

}  // namespace

TEST_CASE("name: each bad one is refused by every call that takes a name") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64});
    for (const auto& name : bad_names) {
        CAPTURE(name);
        const auto refused = [&](auto call) {
            check_refused(bus::Errc::InvalidName, {"not a region name"}, call);
        };
        refused([&] { connection.create_topic(name, {.size = 64}); });
        refused([&] { static_cast<void>(connection.contains(name)); });
        refused([&] { static_cast<void>(connection.status(name)); });
        refused([&] { connection.remove(name); });
        refused([&] { const bus::BytesPublisher publisher{connection, name}; });
        refused([&] { const bus::BytesSubscriber feed{connection, name}; });
        refused([&] {
            const bus::BytesPublisher publisher{connection, name, bus::TopicOptions{.size = 64}};
        });
    }
    CHECK(connection.regions().size() == 1);
    CHECK(connection.contains("topic"));
}

TEST_CASE("name: the longest and the oddest good ones serve") {
    const Stage stage;
    auto connection = stage.connect();
    for (const auto& name :
         {std::string(255, 'z'), "-"s, "..."s, "a/b/c"s, "_"s, "0"s, "A.b-C_d/9"s, ".hidden"s}) {
        CAPTURE(name);
        connection.create_topic(name, {.size = 64});
        CHECK(connection.contains(name));
        const bus::BytesPublisher publisher{connection, name};
        CHECK(connection.status(name).region.publishers == 1);
        CHECK(connection.status(name).region.name == name);
        connection.remove(name);
        CHECK_FALSE(connection.contains(name));
    }
}

TEST_CASE("name: an unknown region is named in the refusal") {
    const Stage stage;
    auto connection = stage.connect();
    const auto refused = [&](auto call) {
        check_refused(bus::Errc::NoSuchRegion, {"no.such/region", "no such region"}, call);
    };
    refused([&] { const bus::BytesPublisher publisher{connection, "no.such/region"}; });
    refused([&] { const bus::BytesSubscriber feed{connection, "no.such/region"}; });
    refused([&] { static_cast<void>(connection.status("no.such/region")); });
    refused([&] { connection.remove("no.such/region"); });
    CHECK_FALSE(connection.contains("no.such/region"));
}

TEST_CASE("name: one that is taken cannot be created again, and the first is left as it is") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("topic", {.size = 64});
    check_refused(bus::Errc::RegionExists, {"topic", "exists"},
                  [&] { connection.create_topic("topic", {.size = 128}); });
    CHECK(connection.status("topic").options.size == 64);
    const bus::BytesPublisher publisher{connection, "topic", bus::TopicOptions{.size = 128}};
    CHECK(publisher.max_size() == 64);
}

TEST_CASE("name: a payload type's must be printable and fit") {
    const Stage stage;
    auto connection = stage.connect();
    for (const auto& type : {std::string(256, 't'), "a\nb"s, "\xc3\xa4"s, "\xff"s, "a\0b"s}) {
        CAPTURE(type);
        check_refused(bus::Errc::InvalidArgument, {"type"},
                      [&] { connection.create_topic("topic", {.size = 64, .type = type}); });
    }
    connection.create_topic("topic", {.size = 64, .type = std::string(255, 't')});
    CHECK(connection.status("topic").options.type == std::string(255, 't'));
}
