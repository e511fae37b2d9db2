// Sizes and counts that make no sense: refused, and nothing is allocated for them.
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "refusal.hpp"
#include "stage.hpp"

using namespace integration;

namespace {

struct Absurd {
    const char* option;  // that the refusal must name
    bus::TopicOptions options;
};

constexpr auto most = std::numeric_limits<std::uint32_t>::max();

const std::vector<Absurd> absurdities{
    {"size", {.size = 0}},
    {"size", {.size = std::numeric_limits<std::size_t>::max()}},
    {"size", {.size = std::size_t{1} << 63}},
    {"size", {.size = std::size_t{1} << 40}},
    {"size", {.size = std::size_t{1} << 32}},
    {"size", {.size = (std::size_t{1} << 30) + 1}},
    {"alignment", {.size = 64, .alignment = 0}},
    {"alignment", {.size = 64, .alignment = 16}},
    {"alignment", {.size = 64, .alignment = 48}},
    {"alignment", {.size = 64, .alignment = 8192}},
    {"alignment", {.size = 64, .alignment = std::numeric_limits<std::size_t>::max()}},
    {"history", {.size = 64, .history = most}},
    {"slots", {.size = 64, .slots = most}},
    {"publishers", {.size = 64, .publishers = 0}},
    {"publishers", {.size = 64, .publishers = 257}},
    {"publishers", {.size = 64, .publishers = most}},
    {"subscribers", {.size = 64, .subscribers = 0}},
    {"subscribers", {.size = 64, .subscribers = 1025}},
    {"subscribers", {.size = 64, .subscribers = most}},
    {"holds", {.size = 64, .holds = 0}},
    {"holds", {.size = 64, .holds = 65}},
    {"holds", {.size = 64, .holds = most}},
    {"patience", {.size = 64, .patience = std::chrono::nanoseconds{-1}}},
    {"mode", {.size = 64, .mode = 01777}},
    {"overflow", {.size = 64, .overflow = static_cast<bus::Overflow>(7)}},
    {"fence", {.size = 64, .fence = static_cast<bus::Fence>(0)}},
};

// Each option is in range, and a publisher's segment would still be larger than the service allows.
const std::vector<Absurd> too_much{
    {"size", {.size = std::size_t{1} << 30}},
    {"size", {.size = std::size_t{1} << 29, .slots = 3}},
    {"size", {.size = 4096, .slots = 1U << 24}},
    {"size", {.size = 1U << 20, .history = 1U << 20}},
    {"size",
     {.size = 1U << 16, .overflow = bus::Overflow::Overwrite, .subscribers = 1024, .holds = 64}},
};

void check_refused_for_free(const std::vector<Absurd>& all, bus::Errc code) {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("first", {.size = 64});
    connection.remove("first");
    const auto open = stage.open_in_daemon();
    const auto usage = stage.usage();
    for (const auto& absurd : all) {
        const std::string option = absurd.option;
        CAPTURE(option);
        check_refused(code, {absurd.option},
                      [&] { connection.create_topic("topic", absurd.options); });
        CHECK_FALSE(connection.contains("topic"));
    }
    CHECK(stage.open_in_daemon() == open);
    CHECK(stage.usage() == usage);
}

}  // namespace

TEST_CASE("geometry: zero and absurd numbers are refused by name, and nothing is allocated") {
    check_refused_for_free(absurdities, bus::Errc::InvalidArgument);
}

TEST_CASE("geometry: more than a segment may have is refused, and nothing is allocated") {
    check_refused_for_free(too_much, bus::Errc::LimitsExceeded);
}

TEST_CASE("geometry: the smallest and the largest that are allowed serve") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("small",
                            {.size = 1, .slots = 1, .publishers = 1, .subscribers = 1, .holds = 1});
    connection.create_topic("wide",
                            {.size = 1, .publishers = 256, .subscribers = 1024, .holds = 64});
    for (const char* name : {"small", "wide"}) {
        CAPTURE(name);
        bus::BytesPublisher publisher{connection, name};
        bus::BytesSubscriber feed{connection, name};
        const std::byte one{42};
        for (int round = 0; round < 10; ++round) {
            CHECK(publisher.publish({&one, 1}) == bus::Outcome::Published);
            const auto sample = feed.take();
            REQUIRE(sample);
            CHECK(sample.size() == 1);
            CHECK(*sample.data() == one);
        }
    }
}
