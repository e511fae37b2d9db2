// Boost.Interprocess's message_queue, one for each direction: messages copied into and out of a
// shared memory object under a mutex.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <boost/interprocess/ipc/message_queue.hpp>

#include "bench/parcel.hpp"
#include "bench/rally.hpp"

namespace bench {
namespace {

namespace ipc = boost::interprocess;

class BoostLink {
public:
    BoostLink(Scene& scene, std::size_t size) : mine_{name(scene, scene.first())}, parcel_{size} {
        ipc::message_queue::remove(mine_.c_str());
        const std::size_t messages = std::clamp<std::size_t>((16 << 20) / size, 2, 64);
        out_.emplace(ipc::create_only, mine_.c_str(), messages, size, ipc::permissions{0600});
        scene.partner().meet();
        in_.emplace(ipc::open_only, name(scene, !scene.first()).c_str());
        scene.partner().meet();
    }
    BoostLink(const BoostLink&) = delete;
    BoostLink& operator=(const BoostLink&) = delete;
    ~BoostLink() { ipc::message_queue::remove(mine_.c_str()); }

    void send(std::uint64_t number) {
        parcel_.write(number);
        out_->send(parcel_.bytes().data(), parcel_.bytes().size(), 0);
    }
    [[nodiscard]] bool receive(std::uint64_t number) {
        std::size_t size = 0;
        unsigned priority = 0;
        in_->receive(parcel_.bytes().data(), parcel_.bytes().size(), size, priority);
        return parcel_.holds(number);
    }

private:
    [[nodiscard]] static std::string name(Scene& scene, bool ping) {
        return scene.label() + (ping ? ".ping" : ".pong");
    }

    std::string mine_;
    Parcel parcel_;
    std::optional<ipc::message_queue> out_;
    std::optional<ipc::message_queue> in_;
};

}  // namespace

void add_boost_queue(std::vector<Transport>& transports) {
    transports.push_back(transport<BoostLink>("Boost queue", Model::SharedMemory, refuses_nothing));
    transports.back().clear = [](const std::string& label) {
        for (const auto* end : {".ping", ".pong"})
            ipc::message_queue::remove((label + end).c_str());
    };
}

}  // namespace bench
