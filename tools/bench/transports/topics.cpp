// Topics of this bus: one for each direction, the payload written into the loan and read where it
// lies.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <bus/publisher.hpp>
#include <bus/region.hpp>
#include <bus/subscriber.hpp>

#include "bench/payload.hpp"
#include "bench/rally.hpp"
#include "bench/topic.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

enum class Waiting { Spinning, Sleeping };

template <Waiting How>
class TopicLink {
public:
    TopicLink(Scene& scene, std::size_t size)
        : size_{size},
          ping_{scene, scene.label() + "/ping", topic(size)},
          pong_{scene, scene.label() + "/pong", topic(size)},
          out_{scene.bus(), scene.first() ? ping_.name() : pong_.name()},
          in_{scene.bus(), scene.first() ? pong_.name() : ping_.name(), subscriber()} {
        scene.partner().meet();  // both are attached
    }

    void send(std::uint64_t number) noexcept {
        auto loan = out_.loan();
        while (!loan) loan = out_.loan();
        write_payload(loan.data(), size_, number);
        out_.publish(std::move(loan), size_);
    }

    [[nodiscard]] bool receive(std::uint64_t number) noexcept {
        auto sample = in_.take();
        while (!sample) {
            (void)in_.wait_for(1s);
            sample = in_.take();
        }
        return sample.size() == size_ && holds(sample.data(), size_, number);
    }

private:
    [[nodiscard]] static bus::TopicOptions topic(std::size_t size) {
        bus::TopicOptions options;
        options.size = size;
        return options;
    }
    [[nodiscard]] static bus::SubscriberOptions subscriber() {
        bus::SubscriberOptions options;
        options.spin = How == Waiting::Sleeping ? 0ns : 1s;
        return options;
    }

    std::size_t size_;
    Topic ping_;
    Topic pong_;
    bus::BytesPublisher out_;
    bus::BytesSubscriber in_;
};

}  // namespace

void add_topics(std::vector<Transport>& transports) {
    transports.push_back(transport<TopicLink<Waiting::Spinning>>(
        "topic, spinning", Model::SharedMemory, refuses_nothing));
    transports.push_back(transport<TopicLink<Waiting::Sleeping>>(
        "topic, sleeping", Model::SharedMemory, refuses_nothing));
}

}  // namespace bench
