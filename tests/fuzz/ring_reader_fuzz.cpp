// A subscriber over a publisher's segment that says anything, also between two looks at it: samples
// stay within the topic's memory and size, and no search goes on for ever.
#include <vector>

#include <bus/error.hpp>

#include "fences.hpp"
#include "flips.hpp"
#include "script.hpp"
#include "unit/evil.hpp"
#include "unit/shm/ring_fixture.hpp"
#include "verdict.hpp"

namespace {

using bus::shm::RingReader;
using bus::shm::TestTopic;
using fuzz::require;

class Scene {
public:
    Scene(const bus::abi::Shape& shape, fuzz::Script& script)
        : topic_{shape}, script_{script}, flips_{script.split()} {
        flips_.watch(topic_.segment.data(), topic_.segment.size());
        join();
    }
    void act() {
        flips_.set_around(topic_.writer.next());
        switch (script_.choose(16)) {
            case 0:
                return scribble();
            case 1:
                return deface_slot();
            case 2:
                return deface_head();
            case 3:
                topic_.publish(script_.number<std::uint8_t>());
                return;
            case 4:
                topic_.drop();
                return;
            case 5:
                return keep(ring().latest());
            case 6:
            case 7:
                return give_back();
            case 8:
                static_cast<void>(ring().ready());
                static_cast<void>(ring().drained());
                return;
            case 9:
                if (script_.choose(8) == 0) join();
                return;
            case 10:
            case 11:
                return keep(ring().take());
            default:
                return keep(take_inline());
        }
    }

private:
    RingReader& ring() { return reader_->ring(); }
    void join() {
        held_.clear();
        reader_ = &topic_.make_reader();
        ring().bind(script_.choose(2) == 0 ? RingReader::Start::First : RingReader::Start::History);
    }
    void scribble() {
        auto* words = reinterpret_cast<std::uint64_t*>(topic_.segment.data());
        words[script_.number<std::uint16_t>() % (topic_.segment.size() / sizeof *words)] = evil();
    }
    void deface_slot() {
        auto& slot = topic_.slot(1 + script_.choose(topic_.geometry.slots));
        (script_.choose(2) == 0 ? slot.stamp : slot.extent) = evil();
    }
    void deface_head() {
        auto& header = topic_.header();
        (script_.choose(2) == 0 ? header.head : header.floor) = evil();
    }
    std::uint64_t evil() { return bus::evil(script_, topic_.writer.next()); }

    // As <bus/subscriber.hpp> does it in the application; a sample that is lent there has hold 0.
    RingReader::Taken take_inline() {
        auto& end = ring().end();
        const auto look = end.take();
        if (look == bus::LaneEnd::Look::Unusual) return ring().take();
        if (look == bus::LaneEnd::Look::Nothing) return {};
        const auto size = static_cast<std::uint32_t>(topic_.geometry.size);
        return {end.lent, end.next - 1, size, 0};
    }
    void keep(const RingReader::Taken& taken) {
        if (taken.payload == nullptr) return;
        require(taken.size <= topic_.geometry.size, "a sample is larger than the topic's");
        require(taken.hold < topic_.geometry.holds, "a hold is none of the topic's");
        require(topic_.segment.contains(taken.payload, topic_.geometry.size),
                "a sample lies outside");
        static_cast<void>(RingReader::time_of(taken.payload));
        for (const auto& other : held_) require(other.hold != taken.hold, "a hold is lent twice");
        held_.push_back(taken);
    }
    void give_back() {
        if (held_.empty()) return;
        const auto which = script_.choose(held_.size());
        auto& end = ring().end();
        if (end.take_back(held_[which].payload))
            static_cast<void>(end.publisher_sleeps());
        else
            ring().release(held_[which].hold);
        held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(which));
        static_cast<void>(ring().moved_without_release());
    }

    TestTopic topic_;
    fuzz::Script& script_;
    fuzz::Flips flips_;
    bus::shm::TestReader* reader_ = nullptr;
    std::vector<RingReader::Taken> held_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Script script{data, size};
    auto shape = bus::shm::small_topic(script.choose(2) == 0 ? bus::Overflow::Block
                                                             : bus::Overflow::Overwrite);
    shape.history = static_cast<std::uint32_t>(script.choose(6));
    shape.holds = static_cast<std::uint32_t>(1 + script.choose(4));
    shape.fence = fuzz::choose_fence(shape.overflow, script);
    Scene scene{shape, script};
    while (!script.ended()) scene.act();
    return 0;
}
