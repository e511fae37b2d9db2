// The lock of a raw region: WriterLock, ReaderLock, abandon_lock.
#include "base/fence.hpp"
#include "checker.hpp"
#include "shm/format.hpp"
#include "shm/region_lock.hpp"
#include "shm/sleeper.hpp"
#include "src/waiting.hpp"

namespace litmus {
namespace {

using bus::shm::Obtained;

constexpr std::uint64_t first_id = 1;
constexpr std::uint64_t second_id = 2;

template <class Derived>
class Lock : public Suite<Derived> {
protected:
    // The second thread's member segment is a reader's or a writer's.
    void lay_out(bus::Role role) {
        bus::abi::Geometry geometry;
        geometry.kind = bus::Kind::Raw;
        bus::shm::format_lock(segment(0));
        bus::shm::format_segment(role, segment(1), geometry, second_id);
        name(&reinterpret_cast<bus::abi::LockHeader*>(segment(0))->holder, "holder");
        name(&member().reading, "reading");
        bytes($) = 0;
    }
    [[nodiscard]] static bus::abi::RawMemberHeader& member() {
        return *reinterpret_cast<bus::abi::RawMemberHeader*>(segment(1));
    }

    bus::shm::WriterLock first{segment(0), first_id};
    bus::shm::WriterLock second{segment(0), second_id};
    rl::var<int> bytes;  // what the lock is for
};

// Lock hand-over. WriterLock::try_obtain, release.
struct Writers final : Lock<Writers> {
    void before() { lay_out(bus::Role::Writer); }
    void thread(unsigned index) {
        auto& own = index == 0 ? first : second;
        if (own.try_obtain() == Obtained::No) return;
        bytes($) = 1;
        own.release();
    }
};

// Dekker. WriterLock::try_obtain, reads; ReaderLock::state, look, leave.
struct WriterAndReader final : Lock<WriterAndReader> {
    void before() { lay_out(bus::Role::Reader); }
    void thread(unsigned index) {
        if (index == 0) {
            if (first.try_obtain() == Obtained::No) return;
            if (!bus::shm::reads(member())) bytes($) = 1;
            return first.release();
        }
        bus::shm::ReaderLock reader{segment(0), segment(1)};
        reader.state();
        if (reader.look() == bus::shm::ReaderLock::Seen::Free) static_cast<void>(+bytes($));
        reader.leave();
    }
};

// A holder dies, and the daemon is told of it by the kernel. abandon_lock;
// WriterLock::obtain_abandoned.
struct Abandoned final : Lock<Abandoned> {
    void before() {
        lay_out(bus::Role::Writer);
        RL_ASSERT(first.try_obtain() == Obtained::Yes);
    }
    void thread(unsigned index) {
        if (index == 0) {
            bytes($) = 1;
            RL_ASSERT(bus::shm::abandon_lock(segment(0), first_id));
            return;
        }
        if (second.try_obtain() != Obtained::Abandoned) return;
        RL_ASSERT(bytes($) == 1);
    }
};

// Sleep and wake. RawCore::unlock, await_word; MemberView::wake_for_lock.
struct Wait final : Lock<Wait> {
    void before() {
        lay_out(bus::Role::Writer);
        RL_ASSERT(first.try_obtain() == Obtained::Yes);
        view_ = {.header = &member(), .waker = &waker_, .id = second_id};
    }
    void thread(unsigned index) {
        if (index == 0) {
            bytes($) = 1;
            first.release();
            bus::base::light_fence(variant().fence);
            return view_.wake_for_lock();
        }
        bus::shm::Sleeper sleeper{member().lock_sleep, variant().fence};
        bool blind = variant().slip == Slip::SleepsUnlooked;
        static_cast<void>(bus::sleep_until(
            sleeper, waker_, bus::SteadyTime::max(),
            [&] {
                return !std::exchange(blind, false) && second.is_free() &&
                       second.try_obtain() != Obtained::No;
            },
            [] { return false; }));
        RL_ASSERT(bytes($) == 1);
    }

private:
    bus::shm::MemberView view_;
    bus::shm::Waker waker_;
};

}  // namespace

std::vector<Shape> lock_shapes() {
    constexpr auto acquire = std::memory_order_acquire;
    constexpr auto acq_rel = std::memory_order_acq_rel;
    constexpr auto release = std::memory_order_release;
    constexpr auto relaxed = std::memory_order_relaxed;
    constexpr auto seq_cst = std::memory_order_seq_cst;
    return {
        {"try_obtain, release",
         &rl::simulate<Writers>,
         {{.what = "two writers exclude one another"},
          {.what = "given back relaxed",
           .fails = Fails::Race,
           .weaker = {{"holder", Access::Store, release, relaxed}}},
          {.what = "taken without acquiring",
           .fails = Fails::Race,
           .weaker = {{"holder", Access::Store, seq_cst, release}}}}},
        {"try_obtain, reads; state, look, leave",
         &rl::simulate<WriterAndReader>,
         {{.what = "a writer and a reader exclude one another"},
          {.what = "word taken acq_rel",
           .fails = Fails::Race,
           .weaker = {{"holder", Access::Store, seq_cst, acq_rel}}},
          {.what = "word looked at acquire",
           .fails = Fails::Race,
           .weaker = {{"holder", Access::Load, seq_cst, acquire}}},
          {.what = "statement stored release",
           .fails = Fails::Race,
           .weaker = {{"reading", Access::Store, seq_cst, release}}},
          {.what = "statement looked at acquire",
           .fails = Fails::Race,
           .weaker = {{"reading", Access::Load, seq_cst, acquire}}},
          {.what = "statement withdrawn relaxed",
           .fails = Fails::Race,
           .weaker = {{"reading", Access::Store, release, relaxed}}},
          {.what = "word given back relaxed",
           .fails = Fails::Race,
           .weaker = {{"holder", Access::Store, release, relaxed}}}}},
        {"abandon_lock, obtain_abandoned",
         &rl::simulate<Abandoned>,
         {{.what = "the next holder sees what the dead one wrote"},
          {.what = "abandoned without releasing",
           .fails = Fails::Race,
           .weaker = {{"holder", Access::Store, acq_rel, acquire}}},
          {.what = "taken without acquiring",
           .fails = Fails::Race,
           .weaker = {{"holder", Access::Store, seq_cst, release}}}}},
        {"lie_down, wake_for_lock",
         &rl::simulate<Wait>,
         {{.what = "who waits for the lock is woken"},
          {.what = "the same with fence=full", .fence = bus::Fence::Full},
          {.what = "no membarrier", .fails = Fails::Asleep, .membarrier = false},
          {.what = "no light fence where it is a fence",
           .fails = Fails::Asleep,
           .without_fence = Thread::First,
           .fence = bus::Fence::Full},
          {.what = "no second look", .fails = Fails::Asleep, .slip = Slip::SleepsUnlooked}}},
    };
}

}  // namespace litmus
