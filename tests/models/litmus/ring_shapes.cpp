// Publish and take, a slot used again, a subscriber that joins: RingWriter and RingReader with the
// inline steps of PublisherEnd and LaneEnd.
#include "ring.hpp"

namespace litmus {
namespace {

using bus::shm::RingReader;

// Message passing. RingWriter::publish, PublisherEnd::publish; RingReader::take.
struct Publish final : Ring<Publish, Sizes{.slots = 2}> {
    void before() {
        lay_out();
        reader->bind(RingReader::Start::First);
    }
    void thread(unsigned index) {
        if (index == 0) {
            publish_next();
        } else {
            take_next();
        }
    }
};

// The same by the steps that applications take inline. PublisherEnd::publish; LaneEnd::take,
// take_back.
struct InlineSteps final : Ring<InlineSteps, Sizes{.slots = 1}> {
    void before() {
        lay_out();
        reader->bind(RingReader::Start::First);
        publish_next();
    }
    void thread(unsigned index) {
        if (index == 0) return publish_next();
        auto& end = reader->end();
        for (int i = 0; i < 2 && end.take() == bus::LaneEnd::Look::Sample; ++i) {
            const auto sequence = end.next - 1;
            const auto* sample = end.lent;
            const std::uint64_t read = payload_of(sequence)($);
            RL_ASSERT(read == sequence);
            RL_ASSERT(end.take_back(sample));
        }
    }
};

// A slot is used again once the cursor has passed it. RingWriter::extend_block,
// SubscriberView::look; RingReader::take, release.
struct Reuse final : Ring<Reuse, Sizes{.slots = 1}> {
    void before() {
        lay_out();
        reader->bind(RingReader::Start::First);
        publish_next();
    }
    void thread(unsigned index) {
        if (index == 0) return publish_next();
        take_next();
    }
};

// One that joins states its cursor, then looks at the floor again. RingReader::bind;
// RingWriter::extend_block, SubscriberView::look.
struct Join final : Ring<Join, Sizes{.slots = 2, .history = 1}> {
    void before() {
        lay_out();
        peers.view.needed = 0;  // it came after the publisher
        publish_next();
        publish_next();
    }
    void thread(unsigned index) {
        if (index == 0) {
            publish_next();
            return publish_next();
        }
        reader->bind(RingReader::Start::History);
        take_next();
    }
};

// Hold and reclaim: a hold is stated, then the floor is looked at again; the floor is raised, then
// the holds are looked at. RingReader::take, hold_next, release; RingWriter::reclaim_stretch,
// pass_held.
struct Hold final : Ring<Hold, Sizes{.slots = 2, .overflow = bus::Overflow::Overwrite}> {
    void before() {
        lay_out();
        reader->bind(RingReader::Start::First);
        publish_next();
        publish_next();
    }
    void thread(unsigned index) {
        if (index == 0) return publish_next();
        take_next();
    }
};

constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto relaxed = std::memory_order_relaxed;

Variant full(std::string_view what) { return {.what = what, .fence = bus::Fence::Full}; }

}  // namespace

std::vector<Shape> ring_shapes() {
    const Weaker stamp_stored{"stamp", Access::Store, release, relaxed};
    const Weaker stamp_loaded{"stamp", Access::Load, acquire, relaxed};
    const Weaker cursor_stored{"cursor", Access::Store, release, relaxed};
    const Weaker cursor_loaded{"cursor", Access::Load, acquire, relaxed};
    return {
        {"publish, take",
         &rl::simulate<Publish>,
         {{.what = "what is taken is whole"},
          {.what = "stamp stored relaxed", .fails = Fails::Race, .weaker = {stamp_stored}},
          {.what = "stamp loaded relaxed", .fails = Fails::Race, .weaker = {stamp_loaded}}}},
        {"publish, take inline",
         &rl::simulate<InlineSteps>,
         {{.what = "what is taken is whole, and stays so until it is given back"},
          {.what = "stamp stored relaxed", .fails = Fails::Race, .weaker = {stamp_stored}},
          {.what = "stamp loaded relaxed", .fails = Fails::Race, .weaker = {stamp_loaded}},
          {.what = "cursor stored relaxed", .fails = Fails::Race, .weaker = {cursor_stored}},
          {.what = "cursor loaded relaxed", .fails = Fails::Race, .weaker = {cursor_loaded}}}},
        {"release, extend_block",
         &rl::simulate<Reuse>,
         {{.what = "a slot is used again when it was given back"},
          full("the same with fence=full"),
          {.what = "cursor stored relaxed", .fails = Fails::Race, .weaker = {cursor_stored}},
          {.what = "cursor loaded relaxed", .fails = Fails::Race, .weaker = {cursor_loaded}},
          {.what = "cursor moved before the last read",
           .fails = Fails::Race,
           .slip = Slip::ReleasesBeforeReading}}},
        {"bind, extend_block",
         &rl::simulate<Join>,
         {{.what = "what a joiner takes is spared"},
          full("the same with fence=full"),
          {.what = "no membarrier", .fails = Fails::Race, .membarrier = false},
          {.what = "the floor is not looked at again", .fails = Fails::Wrong, .unread = "floor"},
          {.what = "no second look at the cursors",
           .fails = Fails::Race,
           .slip = Slip::MeetsNoNewcomer}},
         3},
        {"hold_next, reclaim_stretch",
         &rl::simulate<Hold>,
         {{.what = "what is held is not overwritten"},
          full("the same with fence=full"),
          {.what = "no membarrier", .fails = Fails::Race, .membarrier = false},
          {.what = "no light fence where it is a fence",
           .fails = Fails::Race,
           .without_fence = Thread::Second,
           .fence = bus::Fence::Full},
          {.what = "the floor is not looked at after the hold",
           .fails = Fails::Race,
           .unread = "floor"},
          {.what = "no look at the holds", .fails = Fails::Race, .unread = "hold"},
          {.what = "hold withdrawn before the last read",
           .fails = Fails::Race,
           .slip = Slip::ReleasesBeforeReading},
          {.what = "hold withdrawn relaxed",
           .fails = Fails::Race,
           .weaker = {{"hold", Access::Store, release, relaxed}}},
          {.what = "hold looked at relaxed",
           .fails = Fails::Race,
           .weaker = {{"hold", Access::Load, acquire, relaxed}}}},
         4},
    };
}

}  // namespace litmus
