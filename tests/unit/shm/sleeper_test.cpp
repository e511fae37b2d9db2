#include "shm/sleeper.hpp"

#include <cstdint>

#include <doctest/doctest.h>

#include "abi/layout.hpp"
#include "base/event.hpp"
#include "ring_fixture.hpp"
#include "shm/waker.hpp"

namespace bus::shm {
namespace {

// Whether the waker was posted since the last look.
bool posted(Waker& waker) { return waker.wait_for(std::chrono::nanoseconds{0}); }

TEST_CASE("sleeper: the epoch is odd while it sleeps and even while it does not") {
    abi::Sleep sleep{};
    Sleeper sleeper{sleep, Fence::Full};
    CHECK(sleep.epoch == 0);
    CHECK_FALSE(sleeper.asleep());
    sleeper.lie_down();
    CHECK(sleep.epoch == 1);
    CHECK(sleeper.asleep());
    sleeper.get_up();
    CHECK(sleep.epoch == 2);
    CHECK_FALSE(sleeper.asleep());
}

TEST_CASE("sleeper: lying down twice is one sleep") {
    abi::Sleep sleep{};
    Sleeper sleeper{sleep, Fence::Full};
    sleeper.lie_down();
    sleeper.lie_down();
    CHECK(sleep.epoch == 1);
    sleeper.get_up();
    sleeper.get_up();
    CHECK(sleep.epoch == 2);
}

TEST_CASE("sleeper: every sleep has an epoch of its own") {
    abi::Sleep sleep{};
    Sleeper sleeper{sleep, Fence::Full};
    sleeper.lie_down();
    sleeper.get_up();
    sleeper.lie_down();
    CHECK(sleep.epoch == 3);
}

TEST_CASE("sleeper: its own count decides, not what somebody scribbled over the epoch") {
    abi::Sleep sleep{};
    Sleeper sleeper{sleep, Fence::Full};
    sleep.epoch = 1000;
    sleeper.lie_down();
    CHECK(sleep.epoch == 1);
}

class WokenReader {
public:
    WokenReader() : view_{topic_.make_reader().view(&waker_)}, sleep_{} {
        view_.epoch = &sleep_.epoch;
    }
    SubscriberView& view() { return view_; }
    abi::Sleep& sleep() { return sleep_; }
    Waker& waker() { return waker_; }

private:
    TestTopic topic_{small_topic(Overflow::Block)};
    Waker waker_{base::make_event("t")};
    SubscriberView view_;
    abi::Sleep sleep_;
};

TEST_CASE("wake: nobody is posted who does not sleep") {
    WokenReader reader;
    reader.view().wake();
    reader.sleep().epoch = 2;
    reader.view().wake();
    CHECK_FALSE(posted(reader.waker()));
}

TEST_CASE("wake: a sleeper is posted once a sleep") {
    WokenReader reader;
    reader.sleep().epoch = 1;
    reader.view().wake();
    CHECK(posted(reader.waker()));
    reader.view().wake();
    reader.view().wake();
    CHECK_FALSE(posted(reader.waker()));
}

TEST_CASE("wake: the next sleep is posted again") {
    WokenReader reader;
    reader.sleep().epoch = 1;
    reader.view().wake();
    CHECK(posted(reader.waker()));
    reader.sleep().epoch = 3;
    reader.view().wake();
    CHECK(posted(reader.waker()));
}

}  // namespace
}  // namespace bus::shm
