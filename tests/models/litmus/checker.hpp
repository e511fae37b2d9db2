// Runs a shape in every order of its threads' steps and, for each load, with each value that C++'s
// memory model lets it see; then the same shape with one thing changed, which must fail.
#pragma once

#include <relacy/relacy.hpp>
#include <string_view>
#include <vector>
// These are for code that is written for Relacy alone.
#undef assert
#undef calloc
#undef delete
#undef errno
#undef free
#undef malloc
#undef memory_order_acq_rel
#undef memory_order_acquire
#undef memory_order_consume
#undef memory_order_relaxed
#undef memory_order_release
#undef memory_order_seq_cst
#undef new
#undef realloc

#include <bus/region.hpp>

#include "abi/geometry.hpp"
#include "shm/waker.hpp"

namespace litmus {

enum class Access { Load, Store };
enum class Thread { Any = -1, First = 0, Second = 1 };

// What a broken variant does in another order than the code says: accesses of this kind to words of
// this name, by this thread.
struct Weaker {
    std::string_view word;
    Access access = Access::Load;
    std::memory_order instead_of = std::memory_order_acquire;
    std::memory_order order = std::memory_order_relaxed;
    Thread by = Thread::Any;
};

// What a broken variant of a shape does in the wrong place.
enum class Slip {
    None,
    ReleasesBeforeReading,
    MeetsNoNewcomer,
    SleepsUnlooked,
    WakesBeforePublishing
};

enum class Fails { Not, Race, Asleep, Wrong };

struct Variant {
    std::string_view what;
    Fails fails = Fails::Not;
    std::vector<Weaker> weaker = {};
    std::string_view unread = {};  // loads of this word find 0
    bool membarrier = true;
    Thread without_fence = Thread::Any;  // whose fences are left out
    Slip slip = Slip::None;
    bus::Fence fence = bus::Fence::Asymmetric;
};

// The one that runs.
[[nodiscard]] const Variant& variant() noexcept;

// A place for one segment or for what else has words in it. There are a few; they are used anew in
// each iteration.
[[nodiscard]] std::byte* segment(std::size_t number) noexcept;

// For variants to say which word they mean.
void name(const void* word, std::string_view name) noexcept;

void begin_iteration() noexcept;
void end_iteration() noexcept;

// A shape is a suite of Relacy's for two threads; its before() lays the segments out, which makes
// all words.
template <class Derived>
struct Suite : rl::test_suite<Derived, 2> {
    Suite() { begin_iteration(); }
    Suite(const Suite&) = delete;
    Suite& operator=(const Suite&) = delete;
    ~Suite() { end_iteration(); }
};

struct Shape {
    std::string_view name;
    bool (*run)(rl::test_params&);
    std::vector<Variant> variants;  // the first ones are as the code stands
    // How often a thread may be interrupted before it waits or ends; 0: as often as it likes.
    unsigned interruptions = 0;
};

// By room.
[[nodiscard]] std::vector<Shape> ring_shapes();
[[nodiscard]] std::vector<Shape> sleep_shapes();
[[nodiscard]] std::vector<Shape> lock_shapes();
[[nodiscard]] std::vector<Shape> exchange_shapes();

}  // namespace litmus
