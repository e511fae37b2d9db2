// Containers in a raw region, changed and read by several processes.
#include <functional>
#include <optional>
#include <string_view>

#include <doctest/doctest.h>

#include <bus/bus.hpp>
#include <bus/containers.hpp>

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
