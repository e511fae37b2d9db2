// Containers in a raw region, changed and read by several processes.
#include <functional>
#include <optional>
#include <string_view>

#include <doctest/doctest.h>

#include <bus/bus.hpp>
#include <bus/containers.hpp>

#include "refusal.hpp"
#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

namespace {

using Ages = bus::SharedMap<bus::SharedString, int>;

void create(const Stage& stage) {
    stage.connect().create_raw("board", {.size = 64 * 1024, .fence = bus::Fence::Full});
}

std::optional<bus::Errc> refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const bus::Error& error) {
        return error.errc();
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("containers: what one process writes another reads through a read-only mapping") {
    const Stage stage;
    create(stage);
    Actor writer{"writer", [&](Cue& cue) {
                     bus::Region region{stage.connect(), "board", bus::Role::Writer};
                     bus::Containers board{region, "board"};
                     auto change = board.change();
                     change.make<Ages>("ages").emplace(change.string("Ann"), 36);
                     cue.tell("written");
                 }};
    writer.expect("written");
    writer.finish();
    bus::Region region{stage.connect(), "board", bus::Role::Reader};
    bus::Containers board{region, "board"};
    const auto view = board.view();
    const auto* ages = view.find<Ages>("ages");
    REQUIRE(ages != nullptr);
    CHECK(ages->find(std::string_view{"Ann"})->second == 36);
    CHECK(refusal([&] { static_cast<void>(view.find<int>("ages")); }) == bus::Errc::TypeMismatch);
}

TEST_CASE("containers: a snapshot stays as it was, and keeps no writer waiting") {
    const Stage stage;
    create(stage);
    bus::Region region{stage.connect(), "board", bus::Role::Writer};
    bus::Containers board{region, "board"};
    {
        auto change = board.change();
        change.make<Ages>("ages").emplace(change.string("Ann"), 36);
        change.make<bus::SharedVector<int>>("numbers").assign(100, 7);
    }
    bus::Region other{stage.connect(), "board", bus::Role::Reader};
    const auto snapshot = bus::Containers{other, "board"}.snapshot();
    board.change().make<Ages>("ages").clear();
    board.change().remove<bus::SharedVector<int>>("numbers");
    CHECK(snapshot.find<Ages>("ages")->find(std::string_view{"Ann"})->second == 36);
    const auto* numbers = snapshot.find<bus::SharedVector<int>>("numbers");
    REQUIRE(numbers != nullptr);
    CHECK((*numbers)[99] == 7);
    CHECK(snapshot.objects().size() == 2);
}

TEST_CASE("containers: a layout that this version does not know is refused, and left as it is") {
    const Stage stage;
    create(stage);
    bus::Region region{stage.connect(), "board", bus::Role::Writer};
    bus::Containers board{region, "board"};
    board.change().make<int>("number", 5);
    auto& header = *reinterpret_cast<bus::SharedLayout::Header*>(region.writable_bytes().data());
    header.version = 7;
    for (int attempt = 0; attempt < 2; ++attempt) {
        check_refused(bus::Errc::BadSegment, {"board", "layout 7"},
                      [&] { static_cast<void>(board.change()); });
        check_refused(bus::Errc::BadSegment, {"board", "layout 7"},
                      [&] { static_cast<void>(board.snapshot()); });
    }
    header.version = bus::SharedLayout::version;
    CHECK(*board.view().find<int>("number") == 5);
}

TEST_CASE("containers: who reads before anything is laid out is told so") {
    const Stage stage;
    create(stage);
    bus::Region region{stage.connect(), "board", bus::Role::Reader};
    bus::Containers board{region, "board"};
    CHECK(refusal([&] { static_cast<void>(board.view()); }) == bus::Errc::BadSegment);
}

TEST_CASE("containers: a writer killed in the middle of a change leaves what only a reset opens") {
    const Stage stage;
    create(stage);
    bus::Region region{stage.connect(), "board", bus::Role::Writer};
    bus::Containers board{region, "board"};
    Actor writer{"writer", [&](Cue& cue) {
                     bus::Region own{stage.connect(), "board", bus::Role::Writer};
                     bus::Containers objects{own, "board"};
                     auto change = objects.change();
                     change.make<int>("half", 1);
                     cue.stand("in the middle");
                 }};
    writer.expect("in the middle");
    writer.kill();
    for (int attempt = 0; attempt < 2; ++attempt)
        CHECK(refusal([&] { static_cast<void>(board.change()); }) == bus::Errc::BadSegment);
    board.reset();
    CHECK(board.change().find<int>("half") == nullptr);
}

TEST_CASE("containers: a region that is full takes more once it has grown") {
    const Stage stage;
    create(stage);
    bus::Region region{stage.connect(), "board", bus::Role::Writer};
    bus::Containers board{region, "board"};
    const auto add = [&] {
        auto change = board.change();
        change.make<bus::SharedVector<char>>("bytes").resize(100'000);
    };
    CHECK(refusal(add) == bus::Errc::NoSpace);
    region.grow(region.lock(), 1024 * 1024);
    CHECK(refusal(add) == std::nullopt);
    CHECK(board.view().find<bus::SharedVector<char>>("bytes")->size() == 100'000);
}
