#include "shm/roster.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <doctest/doctest.h>

#include "ring_fixture.hpp"

namespace bus::shm {
namespace {

using abi::EntryRole;
using abi::EntryState;
using abi::EntryWord;

// A roster for 2 publishers (4 entries) and 3 subscribers.
class TestRoster {
public:
    TestRoster()
        : geometry{shape()},
          memory{geometry.roster_bytes()},
          writer{memory.data(), geometry,
                 make_record("a/b", 9, abi::Shape{.size = 8, .type = "Pose"},
                             {.owner = 1000, .group = 100, .mode = 0640},
                             "0123456789abcdef0123456789abcdef")},
          reader{memory.data(), geometry} {}

    [[nodiscard]] const abi::RosterHeader& header() const {
        return *std::launder(reinterpret_cast<const abi::RosterHeader*>(memory.data()));
    }
    [[nodiscard]] const abi::RosterEntry& entry(std::uint32_t index) const {
        return reinterpret_cast<const abi::RosterEntry*>(memory.data() +
                                                         sizeof(abi::RosterHeader))[index];
    }

    abi::Geometry geometry;
    Memory memory;
    RosterWriter writer;
    RosterReader reader;

private:
    static abi::Geometry shape() {
        abi::Shape options;
        options.size = 8;
        options.leading = 2;
        options.following = 3;
        return derive_geometry(options, 1 << 30);
    }
};

TEST_CASE("roster: a fresh one names itself, lives, and has nobody in it") {
    const TestRoster roster;
    CHECK(roster.header().magic == abi::roster_magic);
    CHECK(roster.header().entries == 7);
    CHECK(roster.header().entry_bytes == 128);
    CHECK(roster.header().next_id == 1);
    CHECK(roster.reader.change() == 0);
    CHECK_FALSE(roster.reader.removed());
    CHECK(roster.reader.leading_entries() == 4);
    CHECK(roster.reader.entries() == 7);
    for (std::uint32_t i = 0; i < 7; ++i) CHECK(roster.reader.entry(i) == EntryWord{});
}

TEST_CASE("roster: it carries the region's record") {
    const TestRoster roster;
    CHECK(std::string{roster.header().record.name} == "a/b");
    CHECK(std::string{roster.header().record.type} == "Pose");
    CHECK(roster.header().record.number == 9);
    CHECK(roster.header().record.owner == 1000);
    CHECK(roster.header().record.group == 100);
    CHECK(std::string(roster.header().record.bus_id, 32) == "0123456789abcdef0123456789abcdef");
}

TEST_CASE("roster: who enters is recorded, and nobody is told yet") {
    TestRoster roster;
    const EntryWord word{5, EntryRole::Publisher, EntryState::Attached};
    roster.writer.enter(2,
                        {.pid = 11,
                         .uid = 22,
                         .peer = ":1.3",
                         .segment_bytes = 4096,
                         .token = 33,
                         .waker = abi::EntryWaker::EventFd},
                        word);
    CHECK(roster.reader.entry(2) == word);
    CHECK(roster.entry(2).pid == 11);
    CHECK(roster.entry(2).uid == 22);
    CHECK(roster.entry(2).segment_bytes == 4096);
    CHECK(roster.entry(2).token == 33);
    CHECK(roster.entry(2).late == 0);
    CHECK(roster.entry(2).waker == 2);
    CHECK(std::string{roster.entry(2).peer} == ":1.3");
    CHECK(roster.reader.change() == 0);
}

TEST_CASE("roster: the next number is kept for a daemon that starts again") {
    TestRoster roster;
    roster.writer.enter(0, {}, {5, EntryRole::Publisher, EntryState::Attached});
    CHECK(roster.header().next_id == 6);
    roster.writer.enter(1, {}, {3, EntryRole::Publisher, EntryState::Attached});
    CHECK(roster.header().next_id == 6);
}

TEST_CASE("roster: every change of an entry moves the counter by one") {
    TestRoster roster;
    roster.writer.set(4, {1, EntryRole::Subscriber, EntryState::Active});
    CHECK(roster.reader.change() == 1);
    roster.writer.set(4, {});
    CHECK(roster.reader.change() == 2);
    CHECK(roster.reader.entry(4) == EntryWord{});
}

TEST_CASE("roster: a departed publisher's entry says who came too late") {
    TestRoster roster;
    roster.writer.set_departed(1, {2, EntryRole::Publisher, EntryState::Departed}, 7);
    CHECK(roster.entry(1).late == 7);
    CHECK(roster.reader.entry(1).state == EntryState::Departed);
    CHECK(roster.reader.change() == 1);
    roster.writer.enter(1, {}, {8, EntryRole::Publisher, EntryState::Attached});
    CHECK(roster.entry(1).late == 0);
}

TEST_CASE("roster: another access rule is kept, and nobody need look for it") {
    TestRoster roster;
    const abi::AccessEntry named[] = {{7, static_cast<std::uint16_t>(abi::AccessHolder::User), 4},
                                      {8, static_cast<std::uint16_t>(abi::AccessHolder::Group), 6}};
    roster.writer.set_access({.owner = 1, .group = 2, .mode = 0750, .named = named});
    const auto& record = roster.header().record;
    CHECK(record.owner == 1);
    CHECK(record.group == 2);
    CHECK(record.mode == 0750);
    CHECK(record.access_entries == 2);
    CHECK(record.access[1].id == 8);
    CHECK(record.access[1].holder == 2);
    CHECK(record.access[1].bits == 6);
    CHECK(roster.reader.change() == 0);
}

TEST_CASE("roster: removal is seen and moves the counter") {
    TestRoster roster;
    roster.writer.set_removed();
    CHECK(roster.reader.removed());
    CHECK(roster.reader.change() == 1);
}

TEST_CASE("roster: the active of a role are counted, and only they") {
    TestRoster roster;
    roster.writer.set(0, {1, EntryRole::Publisher, EntryState::Active});
    roster.writer.set(1, {2, EntryRole::Publisher, EntryState::Departed});
    roster.writer.set(2, {3, EntryRole::Publisher, EntryState::Attached});
    roster.writer.set(4, {4, EntryRole::Subscriber, EntryState::Active});
    roster.writer.set(5, {5, EntryRole::Subscriber, EntryState::Active});
    roster.writer.set(6, {6, EntryRole::Subscriber, EntryState::Evicted});
    CHECK(roster.reader.count_active(EntryRole::Publisher) == 1);
    CHECK(roster.reader.count_active(EntryRole::Subscriber) == 2);
}

TEST_CASE("roster: a peer's name that is too long is cut and ends with a NUL") {
    TestRoster roster;
    roster.writer.enter(0, {.peer = std::string(200, 'p')}, {1, EntryRole::Publisher, {}});
    CHECK(std::string{roster.entry(0).peer} == std::string(79, 'p'));
}

TEST_CASE("roster: a shorter name leaves nothing of the longer before it") {
    TestRoster roster;
    roster.writer.enter(0, {.peer = ":1.123456"}, {1, EntryRole::Publisher, {}});
    roster.writer.enter(0, {.peer = ":1.2"}, {2, EntryRole::Publisher, {}});
    CHECK(std::all_of(roster.entry(0).peer + 4, std::end(roster.entry(0).peer),
                      [](char c) { return c == '\0'; }));
}

TEST_CASE("record: it keeps every option that a daemon needs to take the region up again") {
    abi::Shape options;
    options.size = 123;
    options.alignment = 64;
    options.history = 4;
    options.slots = 5;
    options.overflow = Overflow::Overwrite;
    options.leading = 6;
    options.following = 7;
    options.holds = 8;
    options.type = "Pose";
    options.patience = std::chrono::nanoseconds{9};
    options.fence = Fence::Full;
    const auto record =
        make_record("robot/pose", 10, options, {.owner = 11, .group = 12, .mode = 0640}, {});
    CHECK(record.kind == 2);
    CHECK(record.overflow == 2);
    CHECK(record.fence == 2);
    CHECK(record.history == 4);
    CHECK(record.leading == 6);
    CHECK(record.following == 7);
    CHECK(record.holds == 8);
    CHECK(record.slots_asked == 5);
    CHECK(record.size == 123);
    CHECK(record.alignment == 64);
    CHECK(record.patience == 9);
    CHECK(record.owner == 11);
    CHECK(record.group == 12);
    CHECK(record.mode == 0640);
    CHECK(record.number == 10);
    CHECK(std::string{record.name} == "robot/pose");
    CHECK(std::string{record.type} == "Pose");
}

TEST_CASE("record: the longest name and type fit whole") {
    abi::Shape options;
    options.type = std::string(255, 't');
    const auto record = make_record(std::string(255, 'n'), 1, options, {}, {});
    CHECK(std::string{record.name} == std::string(255, 'n'));
    CHECK(std::string{record.type} == std::string(255, 't'));
}

}  // namespace
}  // namespace bus::shm
