// ZeroMQ: a pair of sockets over ipc, each side with its context and its I/O thread.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include <zmq.h>

#include "bench/payload.hpp"
#include "bench/rally.hpp"
#include "plugin.hpp"

namespace bench {
namespace {

void check(int result, const char* what) {
    if (result < 0)
        throw std::runtime_error{std::string{what} + ": " + ::zmq_strerror(::zmq_errno())};
}

class ZeromqLink {
public:
    ZeromqLink(Scene& scene, std::size_t size)
        : size_{size}, context_{::zmq_ctx_new()}, socket_{::zmq_socket(context_.get(), ZMQ_PAIR)} {
        // The default of 1000 messages in each direction would be gigabytes of the largest ones.
        const int messages = static_cast<int>(std::clamp<std::size_t>((16 << 20) / size, 2, 1000));
        for (const int option : {ZMQ_SNDHWM, ZMQ_RCVHWM})
            check(::zmq_setsockopt(socket_.get(), option, &messages, sizeof messages),
                  "zmq_setsockopt");
        const auto address = "ipc://" + scene.folder() + "zeromq";
        if (!scene.first()) check(::zmq_bind(socket_.get(), address.c_str()), "zmq_bind");
        scene.partner().meet();
        if (scene.first()) check(::zmq_connect(socket_.get(), address.c_str()), "zmq_connect");
    }

    // The payload is written into the library's own message and read out of it.
    void send(std::uint64_t number) {
        ::zmq_msg_t message;
        check(::zmq_msg_init_size(&message, size_), "zmq_msg_init_size");
        write_payload(static_cast<std::byte*>(::zmq_msg_data(&message)), size_, number);
        check(::zmq_msg_send(&message, socket_.get(), 0), "zmq_msg_send");
    }
    [[nodiscard]] bool receive(std::uint64_t number) {
        ::zmq_msg_t message;
        check(::zmq_msg_init(&message), "zmq_msg_init");
        check(::zmq_msg_recv(&message, socket_.get(), 0), "zmq_msg_recv");
        const bool right =
            ::zmq_msg_size(&message) == size_ &&
            holds(static_cast<const std::byte*>(::zmq_msg_data(&message)), size_, number);
        ::zmq_msg_close(&message);
        return right;
    }

private:
    struct End {
        void operator()(void* context) const noexcept { ::zmq_ctx_term(context); }
    };
    struct Close {
        void operator()(void* socket) const noexcept { ::zmq_close(socket); }
    };

    std::size_t size_;
    std::unique_ptr<void, End> context_;
    std::unique_ptr<void, Close> socket_;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    using namespace bench;
    return play_plugin(
        argc, argv, "bench-zeromq",
        {transport<ZeromqLink>("ZeroMQ ipc", Model::MessagePassing, refuses_nothing)});
}
