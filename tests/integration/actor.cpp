#include "actor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "watchdog.hpp"

namespace integration {
namespace {

// A point and its value, or what went wrong, in one packet.
constexpr char separator = '\t';
constexpr char failure = '!';

void send(int socket, const std::string& text) {
    if (::send(socket, text.data(), text.size(), MSG_NOSIGNAL) < 0)
        throw std::system_error{errno, std::system_category(), "send"};
}

void close_all_but(int fd) {
    if (fd > 3) ::close_range(3, static_cast<unsigned>(fd) - 1, 0);
    ::close_range(static_cast<unsigned>(fd) + 1, ~0U, 0);
}

[[noreturn]] void play(const Actor::Role& role, ::pid_t parent, int socket) {
    Process::die_with_parent(parent, SIGKILL);
    close_all_but(socket);
    for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTERM, SIGINT})
        std::signal(signal, SIG_DFL);  // doctest's handlers are for the case itself
    const ::rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    try {
        Cue cue{socket};
        role(cue);
        ::_exit(0);
    } catch (const std::exception& error) {
        const auto text = failure + std::string{error.what()};
        ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    }
    ::_exit(1);
}

}  // namespace

void Cue::tell(std::string_view point, const std::string& value) const {
    send(socket_, std::string{point} + separator + value);
}

void Cue::stand(std::string_view point, const std::string& value) const {
    static_cast<void>(ask(point, value));
}

std::string Cue::ask(std::string_view point, const std::string& value) const {
    tell(point, value);
    std::array<char, 256> answer{};
    ::ssize_t size = -1;
    do size = ::recv(socket_, answer.data(), answer.size(), 0);
    while (size < 0 && errno == EINTR);
    return {answer.data(), static_cast<std::size_t>(std::max<::ssize_t>(size, 0))};
}

void Cue::require(bool holds, const std::string& otherwise) {
    if (!holds) throw std::runtime_error{otherwise};
}

Actor::Ends Actor::connect() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::system_error{errno, std::system_category(), "socketpair"};
    return {Descriptor{ends[0]}, Descriptor{ends[1]}};
}

::pid_t Actor::start(const Role& role, const Ends& ends) {
    const auto parent = ::getpid();
    const auto pid = ::fork();
    if (pid == 0) play(role, parent, ends.there.get());
    return pid;
}

Actor::Actor(std::string name, const Role& role) : Actor{std::move(name), role, connect()} {}

Actor::Actor(std::string name, const Role& role, Ends ends)
    : name_{std::move(name)}, process_{start(role, ends)} {
    socket_ = std::move(ends.here);
}

std::string Actor::receive(const std::string& waited_for) {
    pollfd polled{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    const auto limit = std::chrono::milliseconds{patience}.count();
    int count = 0;
    do count = ::poll(&polled, 1, static_cast<int>(limit));
    while (count < 0 && errno == EINTR);
    if (count != 1) give_up(waited_for);
    std::array<char, 4096> text{};
    const auto size = ::recv(socket_.get(), text.data(), text.size(), 0);
    if (size <= 0) return {};
    std::string packet{text.data(), static_cast<std::size_t>(size)};
    if (packet.front() == failure)
        throw std::runtime_error{name_ + " fails before " + waited_for + ": " + packet.substr(1)};
    return packet;
}

std::string Actor::expect(std::string_view point) {
    const auto packet = receive(name_ + " at the point \"" + std::string{point} + "\"");
    const auto end = packet.find(separator);
    if (packet.substr(0, end) != point)
        throw std::runtime_error{name_ + " is at \"" + packet.substr(0, end) + "\" instead of \"" +
                                 std::string{point} + "\""};
    return packet.substr(end + 1);
}

void Actor::proceed() { answer("."); }
void Actor::answer(const std::string& text) { send(socket_.get(), text); }

void Actor::kill() {
    process_.signal(SIGKILL);
    process_.await_end();
}

void Actor::finish() {
    // One that has nothing left to wait for has ended already, which is as good.
    ::send(socket_.get(), ".", 1, MSG_NOSIGNAL);
    const auto packet = receive(name_ + "'s end");
    if (!packet.empty()) throw std::runtime_error{name_ + " goes on, to \"" + packet + "\""};
    const auto ending = process_.await_end();
    if (ending.code != 0)
        throw std::runtime_error{name_ + " ends with exit code " + std::to_string(ending.code) +
                                 ", signal " + std::to_string(ending.signal)};
}

}  // namespace integration
