// The harness itself: what it must find, it finds.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "operation.hpp"
#include "topic_play.hpp"
#include "watchdog.hpp"

using namespace adversity;
using integration::load;
using integration::patience;

namespace {

// Operations that are broken on purpose.
using Broken = void (*)(bus::BytesPublisher&, std::uint64_t sender);

constexpr std::size_t size = 40;

void stamp_before_payload(bus::BytesPublisher& publisher, std::uint64_t sender) {
    auto loan = publisher.loan(patience);
    const auto payload = loan.bytes().first(size);
    publisher.publish(std::move(loan), size);
    load(payload, sender, 1);
}

void publish_twice(bus::BytesPublisher& publisher, std::uint64_t sender) {
    integration::publish_cargo(publisher, sender, 1, 1, size);
    integration::publish_cargo(publisher, sender, 1, 1, size);
}

class BrokenPublish final : public TopicPlay {
public:
    BrokenPublish(const integration::Stage& stage, Broken broken)
        : TopicPlay{stage, small_topic(bus::Overflow::Block), Asleep::Nobody}, broken_{broken} {}

    void perform(std::uint64_t run, const Mark& mark) override {
        bus::BytesPublisher publisher{stage().connect(), topic};
        mark();
        broken_(publisher, run);
        mark();
    }
    void judge(std::uint64_t run, const Victim&) override {
        await_alone();
        static_cast<void>(newest_of(run));
    }

private:
    Broken broken_;
};

Findings findings_with(Broken broken, std::uint64_t kills) {
    return cut_short(
        {"broken",
         [broken](const auto& stage) { return std::make_unique<BrokenPublish>(stage, broken); }},
        {.exactly = kills});
}

}  // namespace

TEST_CASE("crash, itself: a stamp that comes before its payload is found") {
    CHECK(findings_with(stamp_before_payload, 20).violations > 0);
}
TEST_CASE("crash, itself: a sample that comes twice is found") {
    CHECK(findings_with(publish_twice, 8).violations > 0);
}
TEST_CASE("crash, itself: what is left behind is counted") {
    const integration::Stage stage;
    Census census{stage};
    const auto before = census.take();
    const auto name = "/dev/shm/" + stage.semaphore_prefix() + "left";
    std::ofstream{name} << "left";
    CHECK(census.take().semaphores == before.semaphores + 1);
    std::filesystem::remove(name);
    auto connection = stage.connect();
    connection.create_topic(topic, small_topic(bus::Overflow::Block));
    const bus::BytesPublisher publisher{connection, topic};
    const auto after = census.take();
    CHECK(after.attachments == before.attachments + 1);
    CHECK(after.bytes > before.bytes);
    CHECK(after.open.segments > before.open.segments);
}
TEST_CASE("crash, itself: a course has a place for each of its instructions") {
    const Course course{{2, 3, 1}};
    CHECK(course.length() == 6);
    const auto at = [&](std::uint64_t instruction) {
        const auto place = course.place(instruction);
        return std::pair{place.calls, place.steps};
    };
    CHECK(at(1) == std::pair<std::uint64_t, std::uint64_t>{0, 1});
    CHECK(at(2) == std::pair<std::uint64_t, std::uint64_t>{0, 2});
    CHECK(at(3) == std::pair<std::uint64_t, std::uint64_t>{1, 1});
    CHECK(at(6) == std::pair<std::uint64_t, std::uint64_t>{2, 1});
}
