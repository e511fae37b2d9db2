// nng: a pair of sockets over ipc, each side with the library's threads.
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>

#include "bench/payload.hpp"
#include "bench/rally.hpp"
#include "plugin.hpp"

namespace bench {
namespace {

void check(int fault, const char* what) {
    if (fault != 0) throw std::runtime_error{std::string{what} + ": " + ::nng_strerror(fault)};
}

class NngLink {
public:
    NngLink(Scene& scene, std::size_t size) : size_{size} {
        check(::nng_pair0_open(&socket_), "nng_pair0_open");
        check(::nng_socket_set_size(socket_, NNG_OPT_RECVMAXSZ, 0), "nng_socket_set_size");
        const auto address = "ipc://" + scene.folder() + "nng";
        if (!scene.first()) check(::nng_listen(socket_, address.c_str(), nullptr, 0), "nng_listen");
        scene.partner().meet();
        if (scene.first()) check(::nng_dial(socket_, address.c_str(), nullptr, 0), "nng_dial");
    }
    NngLink(const NngLink&) = delete;
    NngLink& operator=(const NngLink&) = delete;
    ~NngLink() { ::nng_close(socket_); }

    // The payload is written into the library's own message and read out of it.
    void send(std::uint64_t number) {
        ::nng_msg* message = nullptr;
        check(::nng_msg_alloc(&message, size_), "nng_msg_alloc");
        write_payload(static_cast<std::byte*>(::nng_msg_body(message)), size_, number);
        check(::nng_sendmsg(socket_, message, 0), "nng_sendmsg");
    }
    [[nodiscard]] bool receive(std::uint64_t number) {
        ::nng_msg* message = nullptr;
        check(::nng_recvmsg(socket_, &message, 0), "nng_recvmsg");
        const bool right =
            ::nng_msg_len(message) == size_ &&
            holds(static_cast<const std::byte*>(::nng_msg_body(message)), size_, number);
        ::nng_msg_free(message);
        return right;
    }

private:
    std::size_t size_;
    ::nng_socket socket_{};
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    using namespace bench;
    return play_plugin(argc, argv, "bench-nng",
                       {transport<NngLink>("nng ipc", Model::MessagePassing, refuses_nothing)});
}
