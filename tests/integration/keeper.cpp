#include "keeper.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "watchdog.hpp"

namespace integration {
namespace {

constexpr const char* end_mark = "KEEPER=end";

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
    return address;
}

Descriptor bind_to(const std::string& path) {
    Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    const auto address = address_of(path);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::system_error{errno, std::system_category(), path};
    return socket;
}

void say(const std::string& path, const std::string& text) {
    const Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    const auto address = address_of(path);
    ::sendto(socket.get(), text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address),
             sizeof address);
}

// One datagram with what came along.
std::pair<std::string, std::vector<Descriptor>> receive(int socket) {
    std::array<char, 4096> text{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(16 * sizeof(int))> control{};
    iovec part{text.data(), text.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    std::vector<Descriptor> descriptors;
    for (auto* head = CMSG_FIRSTHDR(&message); head != nullptr;
         head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
        for (std::size_t at = 0; at + sizeof(int) <= head->cmsg_len - CMSG_LEN(0);
             at += sizeof(int)) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(head) + at, sizeof fd);
            descriptors.emplace_back(fd);
        }
    }
    return {std::string{text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))},
            std::move(descriptors)};
}

}  // namespace

Keeper::Keeper(const PrivateBus& bus, std::vector<std::string> environment)
    : bus_{&bus},
      environment_{std::move(environment)},
      socket_path_{bus.directory() / "notify"},
      socket_{bind_to(socket_path_)},
      listener_{[this] { listen(); }} {
    start();
}

Keeper::~Keeper() {
    daemon_.reset();
    say(socket_path_, end_mark);
    listener_.join();
}

void Keeper::listen() {
    for (;;) {
        auto [text, descriptors] = receive(socket_.get());
        if (text == end_mark) return;
        take(text, std::move(descriptors));
    }
}

void Keeper::take(const std::string& text, std::vector<Descriptor> descriptors) {
    const std::lock_guard lock{mutex_};
    std::istringstream lines{text};
    std::map<std::string, std::string> said;
    for (std::string line; std::getline(lines, line);) {
        lines_.push_back(line);
        const auto end = line.find('=');
        said[line.substr(0, end)] = line.substr(end + 1);
    }
    if (said.contains("FDSTORE"))
        for (auto& descriptor : descriptors) kept_.emplace(said["FDNAME"], std::move(descriptor));
    if (said.contains("FDSTOREREMOVE")) kept_.erase(said["FDNAME"]);
    said_.notify_all();
}

// In the child: descriptors from 3 on, as sd_listen_fds(3) wants them.
void Keeper::become(::pid_t parent) {
    Process::die_with_parent(parent, SIGTERM);
    const int log = ::open((bus_->directory() / "shmbusd.log").c_str(),
                           O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    std::string names;
    std::vector<int> high;
    const int count = static_cast<int>(kept_.size());
    for (const auto& [name, descriptor] : kept_) {
        names += (names.empty() ? "" : ":") + name;
        high.push_back(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 3 + count + 16));
    }
    for (int i = 0; i < count; ++i) ::dup2(high[static_cast<std::size_t>(i)], 3 + i);
    if (count > 0) {
        ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
        ::setenv("LISTEN_FDS", std::to_string(count).c_str(), 1);
        ::setenv("LISTEN_FDNAMES", names.c_str(), 1);
    }
    ::setenv("NOTIFY_SOCKET", socket_path_.c_str(), 1);
    ::setenv("XDG_CONFIG_HOME", (bus_->directory() / "config").c_str(), 1);
    for (auto& setting : environment_) ::putenv(setting.data());
    const auto address = "--address=" + bus_->address();
    ::execl(SHMBUSD, SHMBUSD, address.c_str(), nullptr);
    ::_exit(127);
}

::pid_t Keeper::spawn() {
    const auto parent = ::getpid();
    const std::lock_guard lock{mutex_};
    const auto pid = ::fork();
    if (pid == 0) become(parent);
    return pid;
}

void Keeper::start(const PrivateBus& bus) {
    bus_ = &bus;
    const auto ready = heard("READY=1");
    daemon_.emplace(spawn());
    await("shmbusd to be ready", [&] {
        if (!daemon_->running()) throw std::runtime_error{"shmbusd ends at once: " + log()};
        return heard("READY=1") > ready;
    });
}

void Keeper::hear_all() {
    say(socket_path_, "KEEPER_MARK=" + std::to_string(++marks_));
    await_heard("KEEPER_MARK=" + std::to_string(marks_), 1);
}

void Keeper::kill() {
    daemon_->signal(SIGKILL);
    daemon_->await_end();
    daemon_.reset();
    hear_all();
}

Ending Keeper::terminate() {
    daemon_->signal(SIGTERM);
    const auto ending = daemon_->await_end();
    daemon_.reset();
    hear_all();
    return ending;
}

std::vector<std::string> Keeper::kept() {
    if (daemon_) hear_all();
    const std::lock_guard lock{mutex_};
    std::vector<std::string> names;
    for (const auto& [name, descriptor] : kept_) names.push_back(name);
    return names;
}

int Keeper::descriptor(const std::string& name) {
    const std::lock_guard lock{mutex_};
    if (kept_.count(name) != 1) throw std::runtime_error{name + " is not kept once"};
    return kept_.find(name)->second.get();
}

std::size_t Keeper::heard(const std::string& beginning) {
    const std::lock_guard lock{mutex_};
    std::size_t count = 0;
    for (const auto& line : lines_) count += line.starts_with(beginning);
    return count;
}

void Keeper::await_heard(const std::string& beginning, std::size_t times) {
    std::unique_lock lock{mutex_};
    const auto enough = [&] {
        std::size_t count = 0;
        for (const auto& line : lines_) count += line.starts_with(beginning);
        return count >= times;
    };
    if (!said_.wait_for(lock, patience, enough)) give_up(beginning);
}

std::string Keeper::log() const {
    std::ostringstream text;
    text << std::ifstream{bus_->directory() / "shmbusd.log"}.rdbuf();
    return text.str();
}

}  // namespace integration
