// Sleep and wake, which is store buffering: who sleeps says so, then looks again; who has news
// tells them, then looks whether somebody sleeps.
#include "base/fence.hpp"
#include "ring.hpp"
#include "shm/sleeper.hpp"
#include "src/waiting.hpp"

namespace litmus {
namespace {

using bus::shm::RingReader;

constexpr auto never = [] { return false; };

// Until `ready`, as often as it takes. sleep_until; Sleeper::lie_down, get_up.
template <class Ready>
void sleep(bus::abi::Sleep& place, bus::shm::Waker& waker, Ready ready) {
    bus::shm::Sleeper sleeper{place, variant().fence};
    bool first = variant().slip == Slip::SleepsUnlooked;
    static_cast<void>(bus::sleep_until(
        sleeper, waker, bus::SteadyTime::max(),
        [&] { return std::exchange(first, false) ? false : ready(); }, never));
}

// PublisherCore::publish, SubscriberView::wake; a subscriber that waits.
struct Sample final : Ring<Sample, Sizes{.slots = 1}> {
    void before() {
        lay_out();
        reader->bind(RingReader::Start::First);
    }
    void thread(unsigned index) {
        if (index == 0) {
            const bool early = variant().slip == Slip::WakesBeforePublishing;
            if (early) peers.view.wake();
            publish_next();
            bus::base::light_fence(variant().fence);
            if (!early) peers.view.wake();
            return;
        }
        sleep(subscriber_sleep(), subscriber_waker, [this] { return reader->ready(); });
        take_next();
    }
};

// LaneEnd::take_back, publisher_sleeps; PublisherCore::sleep_for_room.
struct Room final : Ring<Room, Sizes{.slots = 1}> {
    void before() {
        lay_out();
        reader->bind(RingReader::Start::First);
        publish_next();
    }
    void thread(unsigned index) {
        if (index == 0) {
            sleep(header().sleep, publisher_waker_, [this] { return writer->has_room(peers); });
            return publish_next();
        }
        take_next();
        bus::base::light_fence(variant().fence);
        if (reader->end().publisher_sleeps()) publisher_waker_.post();
    }

private:
    bus::shm::Waker publisher_waker_;
};

}  // namespace

std::vector<Shape> sleep_shapes() {
    const Variant full{.what = "the same with fence=full", .fence = bus::Fence::Full};
    const Variant alone{.what = "no membarrier", .fails = Fails::Asleep, .membarrier = false};
    const Variant once{
        .what = "no second look", .fails = Fails::Asleep, .slip = Slip::SleepsUnlooked};
    const auto unfenced = [](Thread thread) {
        return Variant{.what = "no light fence where it is a fence",
                       .fails = Fails::Asleep,
                       .without_fence = thread,
                       .fence = bus::Fence::Full};
    };
    return {
        {"lie_down, wake",
         &rl::simulate<Sample>,
         {{.what = "a subscriber is woken for a sample"},
          full,
          alone,
          once,
          unfenced(Thread::First),
          {.what = "epoch looked at before publishing",
           .fails = Fails::Asleep,
           .slip = Slip::WakesBeforePublishing}}},
        {"lie_down, publisher_sleeps",
         &rl::simulate<Room>,
         {{.what = "a publisher is woken for room"}, full, alone, once, unfenced(Thread::Second)}}};
}

}  // namespace litmus
