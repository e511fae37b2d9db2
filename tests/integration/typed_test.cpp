// Values of one type.
#include <array>
#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

namespace {

struct Pose {
    static constexpr const char* bus_type_name = "test.Pose";
    double x = 0;
    double y = 0;
    std::uint64_t number = 0;
};

struct Speed {
    double value = 0;
};

struct alignas(128) Wide {
    std::array<std::uint64_t, 16> words{};
};

}  // namespace

TEST_CASE("typed: poses cross from process to process") {
    const Stage stage;
    constexpr std::uint64_t count = 10'000;
    Actor taker{"subscriber", [&](Cue& cue) {
                    auto connection = stage.connect();
                    const bus::Publisher<Pose> creator{connection, "pose", bus::TopicOptions{}};
                    bus::Subscriber<Pose> feed{connection, "pose"};
                    cue.tell("ready");
                    for (std::uint64_t number = 1; number <= count;) {
                        Cue::require(feed.wait_for(patience), "no pose comes");
                        while (const auto pose = feed.take()) {
                            Cue::require(pose->number == number++, "the poses are out of order");
                            Cue::require(pose->x == 2 * pose->y, "a pose is damaged");
                        }
                    }
                    cue.tell("done");
                }};
    taker.expect("ready");
    bus::Publisher<Pose> poses{stage.connect(), "pose"};
    for (std::uint64_t number = 1; number <= count; ++number) {
        auto pose = poses.loan(patience);
        REQUIRE(pose);
        *pose = {.x = 2.0 * static_cast<double>(number),
                 .y = static_cast<double>(number),
                 .number = number};
        poses.publish(std::move(pose));
    }
    taker.expect("done");
    taker.finish();
}

TEST_CASE("typed: the topic is made to fit its type") {
    const Stage stage;
    auto connection = stage.connect();
    bus::Publisher<Wide> publisher{connection, "wide", bus::TopicOptions{.alignment = 32}};
    const auto options = connection.status("wide").options;
    CHECK(options.size == sizeof(Wide));
    CHECK(options.alignment == alignof(Wide));
    CHECK(options.type == bus::type_name<Wide>());
    bus::Subscriber<Wide> feed{connection, "wide"};
    CHECK(publisher.publish(Wide{{1, 2, 3}}) == bus::Outcome::Published);
    const auto wide = feed.take();
    REQUIRE(wide);
    CHECK(reinterpret_cast<std::uintptr_t>(wide.get()) % alignof(Wide) == 0);
    CHECK(wide->words[2] == 3);
}

TEST_CASE("typed: a sample says who published it and when") {
    const Stage stage;
    auto connection = stage.connect();
    bus::Publisher<Pose> first{
        connection, "pose", bus::TopicOptions{}, {.clock = bus::Clock::Monotonic}};
    bus::Publisher<Pose> second{connection, "pose"};
    bus::Subscriber<Pose> feed{connection, "pose"};
    CHECK(first.publish(Pose{}) == bus::Outcome::Published);
    const auto timed = feed.take();
    REQUIRE(timed);
    CHECK(timed.publisher() == first.bytes().id());
    CHECK(timed.sequence() == 1);
    CHECK(timed.time() > 0);
    CHECK(second.publish(Pose{}) == bus::Outcome::Published);
    const auto untimed = feed.take();
    REQUIRE(untimed);
    CHECK(untimed.publisher() == second.bytes().id());
    CHECK(untimed.time() == 0);
}

TEST_CASE("typed: another type of the same topic is refused, and both are named") {
    const Stage stage;
    auto connection = stage.connect();
    const bus::Publisher<Pose> poses{connection, "pose", bus::TopicOptions{}};
    try {
        const bus::Subscriber<Speed> feed{connection, "pose"};
        FAIL("it was let in");
    } catch (const bus::Error& error) {
        CHECK(error.errc() == bus::Errc::TypeMismatch);
        const std::string text = error.what();
        CHECK(text.starts_with("pose: "));
        CHECK(text.find("test.Pose") != std::string::npos);
        CHECK(text.find("Speed") != std::string::npos);
    }
    CHECK_THROWS_AS((bus::Publisher<Speed>{connection, "pose"}), bus::Error);
    CHECK(connection.status("pose").attachments.size() == 1);
}

TEST_CASE("typed: a type larger than an untyped topic's payload is refused") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("small", {.size = sizeof(Pose) - 1});
    try {
        const bus::Publisher<Pose> poses{connection, "small"};
        FAIL("it was let in");
    } catch (const bus::Error& error) {
        CHECK(error.errc() == bus::Errc::TypeMismatch);
        CHECK(std::string{error.what()}.find("24") != std::string::npos);
    }
}

TEST_CASE("typed: a sample of another size than the type's is passed over") {
    const Stage stage;
    auto connection = stage.connect();
    connection.create_topic("open", {.size = 64});
    bus::BytesPublisher bytes{connection, "open"};
    bus::Subscriber<Pose> feed{connection, "open"};
    const std::array<std::byte, 64> noise{};
    CHECK(bytes.publish(noise) == bus::Outcome::Published);
    CHECK(bytes.publish(std::span{noise}.first(3)) == bus::Outcome::Published);
    const Pose pose{.number = 7};
    CHECK(bytes.publish(std::as_bytes(std::span{&pose, 1})) == bus::Outcome::Published);
    const auto taken = feed.take();
    REQUIRE(taken);
    CHECK(taken->number == 7);
}
