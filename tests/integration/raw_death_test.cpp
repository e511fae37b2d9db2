// Deaths in a raw region: whoever has its lock, waits for it, gives it back or lets the region grow
// dies at every point of that, and the others go on.
#include <chrono>
#include <csignal>
#include <functional>
#include <string>

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "board.hpp"
#include "intruder.hpp"
#include "stage.hpp"
#include "user.hpp"
#include "watchdog.hpp"
#include "wire_client.hpp"

using namespace integration;
using namespace std::chrono_literals;

namespace {

constexpr bus::RawAttachOptions sleepy{.spin = 0ns};

// A writer that is led through a call step by step, to die after any of them.
class Led {
public:
    using Call = std::function<void(bus::Region&, bus::Region::Lock&)>;
    enum class Start { WithoutLock, WithLock };

    Led(const Stage& stage, Start start, const Call& call)
        : actor_{"writer", [&](Cue& cue) {
                     auto region = join_board(stage.connect(), bus::Role::Writer);
                     bus::Region::Lock lock;
                     if (start == Start::WithLock) lock = region.lock();
                     cue.stand("before");
                     ::raise(SIGSTOP);
                     call(region, lock);
                     ::raise(SIGSTOP);
                     cue.stand("after");
                 }} {
        actor_.expect("before");
        REQUIRE(::ptrace(PTRACE_SEIZE, actor_.pid(), nullptr, nullptr) == 0);
        actor_.proceed();
        await_stop();
    }
    // One instruction, or to the next system call's begin or end; false once the call is over.
    bool step(decltype(PTRACE_SINGLESTEP) how) {
        REQUIRE(::ptrace(how, actor_.pid(), nullptr, nullptr) == 0);
        return await_stop() != SIGSTOP;
    }
    [[nodiscard]] ::pid_t pid() const noexcept { return actor_.pid(); }
    void kill() { actor_.kill(); }

private:
    int await_stop() {
        int status = 0;
        REQUIRE(::waitpid(actor_.pid(), &status, __WALL) == actor_.pid());
        REQUIRE(WIFSTOPPED(status));
        return WSTOPSIG(status);
    }
    Actor actor_;
};

bool holds(const Stage& stage, ::pid_t pid) {
    const auto row = stage.row_of("board", pid);
    return row && row->holding;
}

void await_waiting(const Stage& stage, ::pid_t pid) {
    await("process " + std::to_string(pid) + " to wait for the lock", [&] {
        const auto row = stage.row_of("board", pid);
        return row && row->waiting;
    });
}

}  // namespace

TEST_CASE("raw death: after any instruction of lock(), a writer leaves the lock to the next") {
    const Stage stage;
    create_board(stage.connect());
    auto next = join_board(stage.connect(), bus::Role::Writer);
    bool held = false;
    for (int steps = 1; steps < 2'000 && !held; ++steps) {
        CAPTURE(steps);
        Led led{stage, Led::Start::WithoutLock,
                [](bus::Region& region, bus::Region::Lock& lock) { lock = region.lock(); }};
        for (int i = 0; i < steps; ++i) REQUIRE(led.step(PTRACE_SINGLESTEP));
        held = holds(stage, led.pid());
        led.kill();
        const auto lock = next.try_lock_for(patience);
        REQUIRE(lock);
        CHECK(lock.abandoned() == held);
    }
    CHECK(held);
}

TEST_CASE(
    "raw death: after any instruction of giving the lock back, one that sleeps for it has it") {
    const Stage stage;
    create_board(stage.connect());
    constexpr int beyond = 16;  // steps after it is given back, before the sleeper is woken
    for (int steps = 1, freed = 0; steps < 2'000 && freed < beyond; ++steps) {
        CAPTURE(steps);
        Actor sleeper{"sleeper", [&](Cue& cue) {
                          bus::Region region{stage.connect(), "board", bus::Role::Writer, sleepy};
                          cue.stand("joined");
                          const auto lock = region.lock();
                          Cue::require(bool(lock), "the lock was not had");
                          cue.tell("has it", lock.abandoned() ? "abandoned" : "given back");
                      }};
        sleeper.expect("joined");
        Led led{stage, Led::Start::WithLock,
                [](bus::Region&, bus::Region::Lock& lock) { lock = {}; }};
        sleeper.proceed();
        await_waiting(stage, sleeper.pid());
        for (int i = 0; i < steps; ++i) REQUIRE(led.step(PTRACE_SINGLESTEP));
        const bool held = holds(stage, led.pid());
        if (!held) ++freed;
        led.kill();
        CHECK(sleeper.expect("has it") == (held ? "abandoned" : "given back"));
        sleeper.finish();
    }
}

TEST_CASE("raw death: around any system call of grow(), the region is the earlier or the larger") {
    const Stage stage;
    create_board(stage.connect());
    auto next = join_board(stage.connect(), bus::Role::Writer);
    put(next, 42);
    const auto before = stage.usage().at("total");
    for (int steps = 1; next.generation() == 1; ++steps) {
        CAPTURE(steps);
        Led led{stage, Led::Start::WithLock, [](bus::Region& region, bus::Region::Lock& lock) {
                    region.grow(lock, 3 * board_size);
                }};
        for (int i = 0; i < steps; ++i) REQUIRE(led.step(PTRACE_SYSCALL));
        led.kill();
        const auto lock = next.try_lock_for(patience);
        REQUIRE(lock);
        CHECK(lock.abandoned());
        CHECK(next.bytes().size() == (next.generation() == 1 ? 1 : 3) * board_size);
        CHECK(number_in(next) == 42);
    }
    CHECK(stage.usage().at("total") == before + 2 * board_size);
}

TEST_CASE("raw death: one that sleeps for the lock keeps nobody from it") {
    const Stage stage;
    create_board(stage.connect());
    auto writer = join_board(stage.connect(), bus::Role::Writer);
    auto lock = writer.lock();
    for (const auto role : {bus::Role::Writer, bus::Role::Reader}) {
        Actor sleeper{"sleeper", [&](Cue& cue) {
                          bus::Region region{stage.connect(), "board", role, sleepy};
                          cue.tell("joined");
                          static_cast<void>(region.lock());
                      }};
        sleeper.expect("joined");
        await_waiting(stage, sleeper.pid());
        sleeper.kill();
    }
    lock = {};
    lock = writer.try_lock_for(patience);
    REQUIRE(lock);
    CHECK_FALSE(lock.abandoned());
}

TEST_CASE("raw death: a writer that waits for readers to leave lets in who was behind it") {
    const Stage stage;
    create_board(stage.connect());
    auto reader = join_board(stage.connect(), bus::Role::Reader);
    auto next = join_board(stage.connect(), bus::Role::Writer);
    auto reading = reader.lock();
    Actor writer{"writer", [&](Cue& cue) {
                     auto region = join_board(stage.connect(), bus::Role::Writer);
                     cue.tell("joined");
                     static_cast<void>(region.lock());
                 }};
    writer.expect("joined");
    await("the writer to be next", [&] { return holds(stage, writer.pid()); });
    auto other = join_board(stage.connect(), bus::Role::Reader);
    CHECK_FALSE(other.try_lock_for(0ns));
    writer.kill();
    CHECK(other.try_lock_for(patience).abandoned());
    reading = {};
    CHECK(next.try_lock_for(patience).abandoned());
}

TEST_CASE("raw death: a reader that writes dies of it, and nobody else sees anything") {
    const Stage stage;
    create_board(stage.connect());
    auto writer = join_board(stage.connect(), bus::Role::Writer);
    put(writer, 7);
    Actor reader{"reader", [&](Cue& cue) {
                     auto region = join_board(stage.connect(), bus::Role::Reader);
                     const auto lock = region.lock();
                     cue.stand("reading");
                     auto* bytes = const_cast<std::byte*>(region.bytes().data());
                     *reinterpret_cast<volatile char*>(bytes) = 1;
                 }};
    reader.expect("reading");
    reader.proceed();
    CHECK(reader.process().await_end().signal == SIGSEGV);
    const auto lock = writer.try_lock_for(patience);
    REQUIRE(lock);
    CHECK_FALSE(lock.abandoned());
    CHECK(number_in(writer) == 7);
}

TEST_CASE("raw: another user who may read can write neither bytes nor lock, in any way") {
    if (!can_become_others()) return;
    const Stage stage;
    stage.connect().create_raw("board", {.size = board_size, .mode = 0644});
    Actor intruder{"intruder", [&](Cue& cue) {
                       become(alice);
                       WireClient client{stage.address()};
                       const auto own = client.join("board", "reader");
                       const auto shared = client.open_bytes("board", own.id);
                       cue.tell("bytes", ways_to_write(shared.segment.get()));
                       cue.tell("lock", ways_to_write(shared.lock.get()));
                       try {
                           static_cast<void>(client.attach("board", "writer"));
                           cue.stand("writer", "admitted");
                       } catch (const Refused& refused) {
                           cue.stand("writer", refused.name());
                       }
                   }};
    CHECK(intruder.expect("bytes") == "");
    CHECK(intruder.expect("lock") == "");
    CHECK(intruder.expect("writer") == "org.shmbus1.Error.AccessDenied");
    intruder.finish();
}
