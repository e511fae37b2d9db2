// Sockets with the kernel's default buffers: Unix stream and seqpacket, and TCP over the loopback.
// The second side listens, the first one connects.
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "bench/descriptor.hpp"
#include "bench/parcel.hpp"
#include "bench/rally.hpp"

namespace bench {
namespace {

void check(int result, const char* what) {
    if (result < 0) throw std::system_error{errno, std::system_category(), what};
}

template <class Address>
[[nodiscard]] const ::sockaddr* generic(const Address& address) noexcept {
    return reinterpret_cast<const ::sockaddr*>(&address);
}

// In the abstract namespace, where nothing can be left behind.
[[nodiscard]] Descriptor connect_unix(Scene& scene, int type) {
    ::sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto copied = scene.label().copy(address.sun_path + 1, sizeof address.sun_path - 1);
    const auto length = static_cast<::socklen_t>(offsetof(::sockaddr_un, sun_path) + 1 + copied);
    Descriptor socket{::socket(AF_UNIX, type | SOCK_CLOEXEC, 0), "socket"};
    if (!scene.first()) {
        check(::bind(socket.get(), generic(address), length), "bind");
        check(::listen(socket.get(), 1), "listen");
    }
    scene.partner().meet();
    if (!scene.first()) return {::accept(socket.get(), nullptr, nullptr), "accept"};
    check(::connect(socket.get(), generic(address), length), "connect");
    return socket;
}

// Without Nagle's delay: a message waits for no other one.
[[nodiscard]] Descriptor connect_tcp(Scene& scene) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::socklen_t length = sizeof address;
    Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"};
    if (!scene.first()) {
        check(::bind(socket.get(), generic(address), length), "bind");
        check(::listen(socket.get(), 1), "listen");
        check(::getsockname(socket.get(), reinterpret_cast<::sockaddr*>(&address), &length),
              "getsockname");
    }
    const auto told = scene.partner().swap(std::to_string(ntohs(address.sin_port)));
    if (scene.first()) {
        address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(told)));
        check(::connect(socket.get(), generic(address), length), "connect");
    } else {
        socket = Descriptor{::accept(socket.get(), nullptr, nullptr), "accept"};
    }
    const int on = 1;
    check(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
    return socket;
}

class StreamLink {
public:
    void send(std::uint64_t number) {
        parcel_.write(number);
        socket_.write_all(parcel_.bytes());
    }
    [[nodiscard]] bool receive(std::uint64_t number) {
        socket_.read_all(parcel_.bytes());
        return parcel_.holds(number);
    }

protected:
    StreamLink(Descriptor socket, std::size_t size) : socket_{std::move(socket)}, parcel_{size} {}

private:
    Descriptor socket_;
    Parcel parcel_;
};

struct UnixStream : StreamLink {
    UnixStream(Scene& scene, std::size_t size)
        : StreamLink{connect_unix(scene, SOCK_STREAM), size} {}
};

struct UnixSeqpacket : StreamLink {
    UnixSeqpacket(Scene& scene, std::size_t size)
        : StreamLink{connect_unix(scene, SOCK_SEQPACKET), size} {}
};

struct TcpLoopback : StreamLink {
    TcpLoopback(Scene& scene, std::size_t size) : StreamLink{connect_tcp(scene), size} {}
};

// A packet has to fit the socket's buffer, which net.core.wmem_default gives it.
[[nodiscard]] std::string packet_refusal(std::size_t size) {
    std::array<int, 2> ends{};
    check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
    const Descriptor out{ends[0], "socketpair"};
    const Descriptor in{ends[1], "socketpair"};
    const Parcel parcel{size};
    if (::send(out.get(), parcel.bytes().data(), size, MSG_DONTWAIT) >= 0) return {};
    return "a packet must fit the socket's buffer (net.core.wmem_default)";
}

}  // namespace

void add_sockets(std::vector<Transport>& transports) {
    transports.push_back(
        transport<UnixStream>("Unix stream", Model::MessagePassing, refuses_nothing));
    transports.push_back(
        transport<UnixSeqpacket>("Unix seqpacket", Model::MessagePassing, packet_refusal));
    transports.push_back(
        transport<TcpLoopback>("TCP loopback", Model::MessagePassing, refuses_nothing));
}

}  // namespace bench
