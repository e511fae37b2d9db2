// Who shares a raw region dies at every instruction of what it does with the lock and the wake-up.
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "actor.hpp"
#include "operation.hpp"
#include "watchdog.hpp"

using namespace adversity;
using integration::Actor;
using integration::Cue;
using integration::patience;
using integration::Stage;

namespace {

constexpr const char* board = "board";

// Two words that agree whenever nobody has the lock, unless a holder died with it.
using Words = std::array<std::uint64_t, 2>;

Words words_in(const bus::Region& region) {
    Words words{};
    std::memcpy(words.data(), region.bytes().data(), sizeof words);
    return words;
}

void write(bus::Region& region, std::uint64_t number) {
    auto* place = region.writable_bytes().data();
    std::memcpy(place, &number, sizeof number);
    std::memcpy(place + sizeof number, &number, sizeof number);
}

// The lock must be had, and what it guards be whole.
void check_board(bus::Region& region) {
    const auto lock = region.try_lock_for(patience);
    if (!lock) throw std::runtime_error{"the lock is not had"};
    const auto [one, other] = words_in(region);
    if (!lock.abandoned() && one != other)
        throw std::runtime_error{"the lock passes for given back, but what it guards is half done"};
    if (!region.writable_bytes().empty()) write(region, 0);
}

// A member in a process of its own that does one thing each time it is told to, and sleeps for it.
class Waiter {
public:
    enum class For { Lock, Change };
    Waiter(const Stage& stage, bus::Role role, For what)
        : stage_{stage}, what_{what}, actor_{"waiter", [&stage, role, what](Cue& cue) {
                                                 wait(stage, role, what, cue);
                                             }} {
        actor_.expect("ready");
    }
    void lie_down() {
        actor_.proceed();
        integration::await("the waiter to sleep", [&] {
            const auto row = stage_.row_of(board, actor_.pid());
            return row && (what_ == For::Lock ? row->waiting : row->asleep);
        });
    }
    void await_up() { actor_.expect("ready"); }

private:
    static void wait(const Stage& stage, bus::Role role, For what, const Cue& cue) {
        const bus::RawAttachOptions options{.spin = std::chrono::nanoseconds{0}};
        bus::Region region{stage.connect(), board, role, options};
        for (;;) {
            cue.stand("ready");
            if (what == For::Lock) {
                check_board(region);
                continue;
            }
            static_cast<void>(region.wait_for(std::chrono::nanoseconds{0}));  // of an earlier run
            Cue::require(region.wait_for(patience), "nothing was noticed");
        }
    }

    const Stage& stage_;
    For what_;
    Actor actor_;
};

// What the victim does, from where it has attached on.
using Deed = void (*)(bus::Region&, std::uint64_t run, const Mark& mark);

struct Raw {
    bus::Role role = bus::Role::Writer;
    Deed deed = nullptr;
    std::optional<Waiter::For> waiter;  // a writer that waits for the lock, a reader for a change
};

bus::Connection create(const Stage& stage) {
    auto connection = stage.connect();
    connection.create_raw(board, {.size = 4096});
    return connection;
}

class RawPlay final : public Operation {
public:
    RawPlay(const Stage& stage, const Raw& what)
        : stage_{stage},
          what_{what},
          connection_{create(stage)},
          writer_{connection_, board, bus::Role::Writer},
          reader_{connection_, board, bus::Role::Reader} {
        if (what.waiter == Waiter::For::Lock)
            waiter_.emplace(stage, bus::Role::Writer, Waiter::For::Lock);
        if (what.waiter == Waiter::For::Change)
            waiter_.emplace(stage, bus::Role::Reader, Waiter::For::Change);
    }

    void perform(std::uint64_t run, const Mark& mark) override {
        bus::Region region{stage_.connect(), board, what_.role};
        what_.deed(region, run, mark);
    }
    void prepare(std::uint64_t, Victim&) override {
        if (waiter_) waiter_->lie_down();
    }
    void judge(std::uint64_t, const Victim& victim) override {
        check_board(writer_);
        check_board(reader_);
        writer_.notify();
        if (!reader_.wait_for(patience)) throw std::runtime_error{"a change is not noticed"};
        if (waiter_) waiter_->await_up();
        integration::await("the victim's departure",
                           [&] { return !stage_.row_of(board, victim.pid()); });
        // Told once that the lock was left behind, nobody is told again.
        for (auto* region : {&writer_, &reader_})
            if (region->try_lock_for(patience).abandoned())
                throw std::runtime_error{"the lock is abandoned for ever"};
    }

private:
    const Stage& stage_;
    Raw what_;
    bus::Connection connection_;
    bus::Region writer_;
    bus::Region reader_;
    std::optional<Waiter> waiter_;
};

Case playing(const char* name, const Raw& what) {
    return {name, [what](const auto& stage) { return std::make_unique<RawPlay>(stage, what); }};
}

void lock(bus::Region& region, std::uint64_t, const Mark& mark) {
    mark();
    const auto lock = region.lock();
    mark();
}

void unlock(bus::Region& region, std::uint64_t run, const Mark& mark) {
    auto lock = region.lock();
    if (!region.writable_bytes().empty()) write(region, run);
    mark();
    lock = {};
    mark();
}

void change(bus::Region& region, std::uint64_t run, const Mark& mark) {
    mark();
    {
        const auto lock = region.lock();
        write(region, run);
    }
    mark();
}

void notify(bus::Region& region, std::uint64_t, const Mark& mark) {
    mark();
    region.notify();
    mark();
}

class JoinRaw final : public Operation {
public:
    JoinRaw(const Stage& stage, bus::Role role)
        : stage_{stage},
          role_{role},
          connection_{create(stage)},
          writer_{connection_, board, bus::Role::Writer} {}

    void perform(std::uint64_t, const Mark& mark) override {
        auto connection = stage_.connect();
        static_cast<void>(connection.contains(board));  // it is connected before its mark
        mark();
        const bus::Region region{connection, board, role_};
        mark();
    }
    void judge(std::uint64_t, const Victim&) override { check_board(writer_); }

private:
    const Stage& stage_;
    bus::Role role_;
    bus::Connection connection_;
    bus::Region writer_;
};

Case joining(const char* name, bus::Role role) {
    return {name, [role](const auto& stage) { return std::make_unique<JoinRaw>(stage, role); }};
}

constexpr auto reader = bus::Role::Reader;

}  // namespace

TEST_CASE("crash: lock") { check(playing("lock", {.deed = lock})); }
TEST_CASE("crash: unlock") { check(playing("unlock", {.deed = unlock})); }
TEST_CASE("crash: unlock, a writer asleep for it") {
    check(playing("unlock, a writer asleep for it", {.deed = unlock, .waiter = Waiter::For::Lock}));
}
TEST_CASE("crash: lock, change, unlock") {
    check(playing("lock, change, unlock", {.deed = change}));
}
TEST_CASE("crash: lock as reader") {
    check(playing("lock as reader", {.role = reader, .deed = lock}));
}
TEST_CASE("crash: unlock as reader, a writer asleep for it") {
    check(playing("unlock as reader, a writer asleep for it",
                  {.role = reader, .deed = unlock, .waiter = Waiter::For::Lock}));
}
TEST_CASE("crash: notify") { check(playing("notify", {.deed = notify})); }
TEST_CASE("crash: notify, a reader asleep for it") {
    check(
        playing("notify, a reader asleep for it", {.deed = notify, .waiter = Waiter::For::Change}));
}
TEST_CASE("crash: join as writer") { check(joining("join as writer", bus::Role::Writer)); }
TEST_CASE("crash: join as reader") { check(joining("join as reader", reader)); }
