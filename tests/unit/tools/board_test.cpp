#include "board.hpp"

#include <doctest/doctest.h>

#include "failure.hpp"
#include "fault.hpp"
#include "text_screen.hpp"

using namespace std::chrono_literals;
using ctl::Board;
using ctl::Key;
using ctl_test::TextScreen;

namespace {

bus::AttachmentInfo member(std::uint64_t id, bus::Role role, std::uint64_t samples) {
    bus::AttachmentInfo info;
    info.id = id;
    info.role = role;
    info.state = bus::State::Active;
    info.pid = 4'194'305;  // beyond what the kernel gives
    info.uid = 4'000'000'000;
    info.peer = ":1." + std::to_string(id);
    info.samples = samples;
    return info;
}

// Of the topic "quick", 300 samples a second and a subscriber that lags by 4 of 8; of "slow", 2.
class Bus {
public:
    Bus() {
        step(0);
        step(1);
    }
    void step(std::uint64_t second) {
        bus::Activity activity;
        activity.time = std::chrono::steady_clock::time_point{std::chrono::seconds{10 + second}};
        activity.daemon.version = "1.2.3";
        activity.daemon.pid = 77;
        activity.daemon.uptime = 3725s;
        add(activity, "Quick", 300 * second, 4);
        add(activity, "slow", 2 * second, 0);
        bus::RegionActivity raw{.region = {.name = "board", .kind = bus::Kind::Raw}};
        raw.attachments.push_back(member(5, bus::Role::Writer, 0));
        raw.attachments.back().holding = true;
        activity.regions.push_back(raw);
        readings.add(activity);
    }

    ctl::Readings readings;

private:
    static void add(bus::Activity& activity, const std::string& name, std::uint64_t samples,
                    std::uint64_t lag) {
        bus::RegionActivity region{
            .region = {.name = name, .kind = bus::Kind::Topic, .publishers = 1, .subscribers = 1},
            .slots = 8};
        region.attachments.push_back(member(1, bus::Role::Publisher, samples));
        region.attachments.push_back(member(2, bus::Role::Subscriber, samples));
        region.attachments.back().lanes = {{1, lag}};
        region.attachments.back().asleep = true;
        activity.regions.push_back(region);
    }
};

Board::Start by(const char* column) {
    return {.order = {.column = ctl::parse_region_column(column)}};
}

void type(Board& board, std::string_view text) {
    for (const char c : text) board.press({Key::Code::Character, c});
}

TextScreen drawn(Board& board, int height = 24, int width = 80) {
    return {height, width, [&](auto& screen) { board.draw(screen); }};
}

}  // namespace

TEST_CASE("board: at 80 columns a region is a line with all that matters") {
    const Bus bus;
    Board board{bus.readings, by("rate")};
    const auto screen = drawn(board);
    CHECK(screen.line(0).starts_with("shmbusd 1.2.3  pid 77  up 1h02m"));
    CHECK(screen.line(3) ==
          "REGION         KIND     RATE/s BYTES/s PUB  SUB    LAG SLOTS   MISSED HOLD SLEEP");
    CHECK(screen.line(4) ==
          "Quick          topic       300       0   1    1      4 ####...      0    0   1/2");
    CHECK(screen.line(5).starts_with("slow "));
    CHECK(screen.has("slowest: 4194305 4000000000, lag 4 of 8 slots, asleep"));
    CHECK(screen.line(23).starts_with("q quit"));
}

TEST_CASE("board: a wider screen shows more columns, and the last minute") {
    const Bus bus;
    Board board{bus.readings, by("rate")};
    CHECK(drawn(board, 24, 160).has("LAST MINUTE"));
    CHECK(drawn(board, 24, 120).has("SLOWEST"));
}

TEST_CASE("board: it keeps to any screen, however small") {
    const Bus bus;
    Board board{bus.readings, by("rate")};
    for (int height = 1; height < 14; ++height)
        for (int width = 1; width < 90; width += 11) static_cast<void>(drawn(board, height, width));
    board.press({Key::Code::Enter});
    static_cast<void>(drawn(board, 5, 20));
    type(board, "h");
    static_cast<void>(drawn(board, 3, 3));
}

TEST_CASE("board: the chosen region stays chosen while the order changes around it") {
    const Bus bus;
    Board board{bus.readings, by("name")};
    CHECK(drawn(board).chosen().starts_with("Quick"));
    board.press({Key::Code::Down});
    CHECK(drawn(board).chosen().starts_with("board"));
    type(board, "r");
    CHECK(drawn(board).chosen().starts_with("board"));
    board.press({Key::Code::Home});
    CHECK(drawn(board).chosen().starts_with("slow"));
    board.press({Key::Code::End});
    CHECK(drawn(board).chosen().starts_with("Quick"));
}

TEST_CASE("board: a region is opened, shows everyone in it, and is left again") {
    const Bus bus;
    Board board{bus.readings, by("rate")};
    static_cast<void>(drawn(board));
    board.press({Key::Code::Enter});
    const auto screen = drawn(board);
    CHECK(screen.line(2).starts_with("Quick  topic"));
    CHECK(screen.line(4).starts_with("  1 publisher  awake    4194305"));
    CHECK(screen.line(5).starts_with("  2 subscriber asleep   4194305"));
    CHECK(screen.has("300"));
    board.press({Key::Code::Escape});
    CHECK(drawn(board).line(3).starts_with("REGION"));
}

TEST_CASE("board: of a raw region it says who holds the lock") {
    const Bus bus;
    Board board{bus.readings, by("name")};
    static_cast<void>(drawn(board));
    board.press({Key::Code::Down});
    CHECK(drawn(board).has("lock held by 4194305 4000000000, 0 waiting"));
}

TEST_CASE("board: what is typed after / filters by name, whatever the case") {
    const Bus bus;
    Board board{bus.readings, by("name")};
    type(board, "/QU");
    auto screen = drawn(board);
    CHECK(screen.has("filter: QU_"));
    CHECK(screen.line(2).starts_with("1 region by name, with \"QU\""));
    CHECK(screen.line(4).starts_with("Quick"));
    board.press({Key::Code::Backspace});
    type(board, "zz");
    CHECK(drawn(board).line(2).starts_with("0 regions"));
    board.press({Key::Code::Escape});
    CHECK(drawn(board).line(2).starts_with("3 regions"));
    CHECK_FALSE(board.left());
}

TEST_CASE("board: sorting goes through the columns to and fro") {
    const Bus bus;
    Board board{bus.readings, by("name")};
    type(board, "s");
    CHECK(drawn(board).line(2).starts_with("3 regions by kind"));
    type(board, "SS");
    CHECK(drawn(board).line(2).starts_with("3 regions by slowest"));
    type(board, "r");
    CHECK(drawn(board).line(2).starts_with("3 regions by slowest, reversed"));
    CHECK(fault_of([] { (void)ctl::parse_region_column("colour"); }) ==
          "--sort=colour: must be name, kind, rate, bytes, publishers, subscribers, lag, slots, "
          "missed, holds, asleep, memory or slowest");
}

TEST_CASE("board: it says why it stands still") {
    const Bus bus;
    Board board{bus.readings, by("name")};
    board.set_pace("every 1s");
    CHECK(drawn(board).line(2).ends_with("every 1s"));
    type(board, "p");
    CHECK(board.paused());
    CHECK(drawn(board).line(2).ends_with("PAUSED"));
    board.set_trouble("waiting for shmbusd");
    CHECK(drawn(board).line(2).ends_with("waiting for shmbusd"));
    type(board, " ");
    CHECK_FALSE(board.paused());
}

TEST_CASE("board: help is shown until any key, and q leaves") {
    const Bus bus;
    Board board{bus.readings, by("name")};
    type(board, "?");
    CHECK(drawn(board).has("Enter                             open the region"));
    type(board, "q");
    CHECK_FALSE(board.left());
    CHECK(drawn(board).line(3).starts_with("REGION"));
    type(board, "++-");
    CHECK(board.take_pace_change() == 1);
    CHECK(board.take_pace_change() == 0);
    type(board, "q");
    CHECK(board.left());
}

TEST_CASE("board: a region that goes while it is open is said to be gone") {
    Bus bus;
    Board board{bus.readings, {.region = "slow"}};
    CHECK(drawn(board).line(2).starts_with("slow  topic"));
    bus::Activity activity;
    activity.time = std::chrono::steady_clock::time_point{20s};
    bus.readings.add(activity);
    CHECK(drawn(board).line(2).starts_with("slow: no such region now"));
    board.press({Key::Code::Escape});
    CHECK(drawn(board).line(2).starts_with("0 regions"));
}

TEST_CASE("fitted: text is cut at its end, names in the middle, foreign signs never break a line") {
    using ctl::Signs;
    CHECK(ctl::fitted("abc", 5, Signs::Ascii) == "abc  ");
    CHECK(ctl::fitted("abc", 5, Signs::Ascii, ctl::Align::Right) == "  abc");
    CHECK(ctl::fitted("abcdef", 4, Signs::Ascii) == "abc~");
    CHECK(ctl::fitted("abcdefgh", 5, Signs::Ascii, ctl::Align::Left, ctl::Cut::Middle) == "ab~gh");
    CHECK(ctl::fitted("a\xff\x1b", 4, Signs::Blocks) == "a?? ");
    CHECK(ctl::fitted("é世", 2, Signs::Blocks) == "é?");
    CHECK(ctl::fitted("é", 1, Signs::Ascii) == "?");
    CHECK(ctl::fitted("a", 0, Signs::Ascii) == "");
}

TEST_CASE("elapsed: a time in its two largest units") {
    CHECK(ctl::elapsed(59s) == "59s");
    CHECK(ctl::elapsed(60s) == "1m00s");
    CHECK(ctl::elapsed(3725s) == "1h02m");
    CHECK(ctl::elapsed(200'000s) == "2d07h");
}
