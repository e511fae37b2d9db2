// LCM: multicast over UDP that does not leave the machine. Nothing holds a sender back, and what
// does not fit the receiver's buffer is lost, so messages are bounded by it and a stream is
// acknowledged.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include <arpa/inet.h>
#include <lcm/lcm.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "bench/descriptor.hpp"
#include "bench/parcel.hpp"
#include "bench/rally.hpp"
#include "plugin.hpp"

namespace bench {
namespace {

constexpr const char* group = "239.255.76.67";
constexpr std::uint16_t probe_port = 7667;
constexpr int wanted_buffer = 32 << 20;

struct Reach {
    std::string fault;       // why nothing comes back; empty: it does
    std::size_t buffer = 0;  // bytes that a receiver may have lying unread
};

// Whether this machine hears itself by multicast, which needs a route and an interface that can.
[[nodiscard]] Reach try_multicast() {
    const Descriptor in{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"};
    const Descriptor out{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"};
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(probe_port);
    address.sin_addr.s_addr = ::inet_addr(group);
    const int yes = 1;
    ::setsockopt(in.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    ::setsockopt(in.get(), SOL_SOCKET, SO_RCVBUF, &wanted_buffer, sizeof wanted_buffer);
    const ::ip_mreq joined{address.sin_addr, {htonl(INADDR_ANY)}};
    const unsigned char ttl = 0;
    ::setsockopt(out.get(), IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl);
    const auto* to = reinterpret_cast<const ::sockaddr*>(&address);
    ::pollfd polled{in.get(), POLLIN, 0};
    if (::bind(in.get(), to, sizeof address) != 0 ||
        ::setsockopt(in.get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &joined, sizeof joined) != 0 ||
        ::sendto(out.get(), "", 1, 0, to, sizeof address) != 1 || ::poll(&polled, 1, 500) != 1)
        return {"no multicast here: an interface that can, and a route to it, are missing"};
    int granted = 0;
    ::socklen_t length = sizeof granted;
    ::getsockopt(in.get(), SOL_SOCKET, SO_RCVBUF, &granted, &length);
    return {{}, static_cast<std::size_t>(granted) / 2};  // the kernel counts its own half
}

[[nodiscard]] const Reach& reach() {
    static const Reach known = try_multicast();
    return known;
}

// Half of the buffer: what a datagram takes of it is more than the datagram.
[[nodiscard]] std::string refusal(std::size_t size) {
    if (!reach().fault.empty()) return reach().fault;
    return size > reach().buffer / 2
               ? "more than a receiver's buffer keeps for sure (net.core.rmem_max)"
               : "";
}

class LcmLink {
public:
    LcmLink(Scene& scene, std::size_t size)
        : parcel_{size},
          window_{std::clamp<std::uint64_t>(reach().buffer / 2 / std::max<std::size_t>(size, 2048),
                                            2, 1024)},
          lcm_{::lcm_create(provider(scene).c_str())},
          mine_{scene.first() ? "PING" : "PONG"},
          theirs_{scene.first() ? "PONG" : "PING"} {
        if (!lcm_) throw std::runtime_error{"lcm_create"};
        auto* messages = ::lcm_subscribe(lcm_.get(), theirs_, heard, this);
        auto* credits = ::lcm_subscribe(lcm_.get(), credit, heard_credit, this);
        if (messages == nullptr || credits == nullptr) throw std::runtime_error{"lcm_subscribe"};
        for (auto* subscription : {messages, credits})
            ::lcm_subscription_set_queue_capacity(subscription, 2048);
        scene.partner().meet();  // both have joined
    }

    void send(std::uint64_t number) {
        parcel_.write(number);
        publish(mine_, parcel_.bytes());
    }
    [[nodiscard]] bool receive(std::uint64_t number) {
        wanted_ = number;
        right_ = false;
        for (const auto before = received_; received_ == before;) handle();
        return right_;
    }

    // A window's first half is acknowledged when its second half may be on the way.
    void stream(std::uint64_t number) {
        while (streamed_ >= (credits_ + 2) * (window_ / 2)) handle();
        ++streamed_;
        send(number);
    }
    [[nodiscard]] bool take(std::uint64_t number) {
        const bool right = receive(number);
        if (++taken_ % (window_ / 2) == 0) publish(credit, {});
        return right;
    }

private:
    static constexpr const char* credit = "CREDIT";

    // A port of its own for each run.
    [[nodiscard]] static std::string provider(Scene& scene) {
        const auto port = 20'000 + std::hash<std::string>{}(scene.label()) % 10'000;
        return "udpm://" + std::string{group} + ":" + std::to_string(port) +
               "?ttl=0&recv_buf_size=" + std::to_string(reach().buffer);
    }

    void publish(const char* channel, std::span<const std::byte> bytes) {
        if (::lcm_publish(lcm_.get(), channel, bytes.data(), static_cast<unsigned>(bytes.size())) !=
            0)
            throw std::runtime_error{"lcm_publish"};
    }
    void handle() {
        if (::lcm_handle(lcm_.get()) != 0) throw std::runtime_error{"lcm_handle"};
    }
    static void heard(const ::lcm_recv_buf_t* buffer, const char*, void* self) {
        auto& link = *static_cast<LcmLink*>(self);
        ++link.received_;
        link.right_ =
            buffer->data_size == link.parcel_.bytes().size() &&
            holds(static_cast<const std::byte*>(buffer->data), buffer->data_size, link.wanted_);
    }
    static void heard_credit(const ::lcm_recv_buf_t*, const char*, void* self) {
        ++static_cast<LcmLink*>(self)->credits_;
    }

    struct Destroy {
        void operator()(::lcm_t* lcm) const noexcept { ::lcm_destroy(lcm); }
    };

    Parcel parcel_;
    std::uint64_t window_;  // messages
    std::unique_ptr<::lcm_t, Destroy> lcm_;
    const char* mine_;  // channels
    const char* theirs_;
    std::uint64_t wanted_ = 0;
    std::uint64_t received_ = 0;
    bool right_ = false;
    std::uint64_t streamed_ = 0;
    std::uint64_t taken_ = 0;
    std::uint64_t credits_ = 0;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    using namespace bench;
    return play_plugin(argc, argv, "bench-lcm",
                       {transport<LcmLink>("LCM", Model::MessagePassing, refusal)});
}
