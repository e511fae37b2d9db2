// systemd's part: starts shmbusd, hears what it notifies, keeps descriptors for it, and hands them
// to the next one after this has died.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <bus/connection.hpp>

#include "descriptor.hpp"
#include "private_bus.hpp"
#include "process.hpp"

namespace integration {

class Keeper {
public:
    // Starts a daemon on this bus, whose configuration lies in "config/shmbus" of the bus's
    // directory, if anywhere; `environment` is more of its own ("NAME=value").
    explicit Keeper(const PrivateBus& bus, std::vector<std::string> environment = {});
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;
    ~Keeper();

    // Starts one where none is, on `bus`, with all that is kept, and waits until it is ready.
    void start(const PrivateBus& bus);
    void start() { start(*bus_); }
    // kill -9; afterwards all is heard that it had said.
    void kill();
    // SIGTERM.
    Ending terminate();
    void signal(int number) { daemon_->signal(number); }
    // Of the daemon. Requires: there is one.
    [[nodiscard]] ::pid_t pid() const { return daemon_->pid(); }

    [[nodiscard]] bus::Connection connect() const {
        return bus::Connection::address(bus_->address());
    }
    // Names of what is kept, in order.
    [[nodiscard]] std::vector<std::string> kept();
    // The one descriptor of this name.
    [[nodiscard]] int descriptor(const std::string& name);
    // How often a line was said that begins so.
    [[nodiscard]] std::size_t heard(const std::string& beginning);
    void await_heard(const std::string& beginning, std::size_t times);
    // What the daemons wrote.
    [[nodiscard]] std::string log() const;

private:
    void listen();
    void take(const std::string& text, std::vector<Descriptor> descriptors);
    [[nodiscard]] ::pid_t spawn();
    [[noreturn]] void become(::pid_t parent);
    void hear_all();

    const PrivateBus* bus_;
    std::vector<std::string> environment_;
    std::string socket_path_;
    Descriptor socket_;
    std::mutex mutex_;
    std::condition_variable said_;
    std::multimap<std::string, Descriptor> kept_;
    std::vector<std::string> lines_;
    std::optional<Process> daemon_;
    std::size_t marks_ = 0;
    std::thread listener_;
};

}  // namespace integration
