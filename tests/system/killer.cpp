// Kills the daemon under load, and asks for it each time.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include <unistd.h>

#include <bus/bus.hpp>

#include "actor.hpp"

namespace actor {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

::pid_t pid_from(const std::filesystem::path& process) {
    std::ifstream file{process / "comm"};
    std::string name;
    std::getline(file, name);
    return name == "shmbusd" ? static_cast<::pid_t>(std::stol(process.filename().string())) : 0;
}

// The daemon's pid, or 0.
::pid_t find_daemon() {
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
        const auto leaf = entry.path().filename().string();
        if (leaf.find_first_not_of("0123456789") != leaf.npos) continue;
        if (const auto pid = pid_from(entry.path()); pid != 0) return pid;
    }
    return 0;
}

// A daemon other than `old`.
::pid_t await_daemon(::pid_t old) {
    const auto deadline = Clock::now() + 30s;
    while (Clock::now() < deadline) {
        if (const auto pid = find_daemon(); pid != 0 && pid != old) return pid;
        std::this_thread::sleep_for(1ms);
    }
    throw std::runtime_error{"systemd does not start the daemon again"};
}

double since(Clock::time_point before) {
    return std::chrono::duration<double, std::milli>{Clock::now() - before}.count();
}

// Throws when the client is told anything but an answer.
void await_answer(bus::Connection& connection, unsigned long death, Clock::time_point before) {
    try {
        static_cast<void>(connection.daemon_version());
    } catch (const bus::Error& error) {
        throw std::runtime_error{"death " + std::to_string(death) + ", after " +
                                 std::to_string(since(before)) + " ms: " + error.what()};
    }
}

}  // namespace

void kill_daemon(Words words) {
    const auto count = std::stoul(words[0]);
    const auto every = std::stoul(words[1]);
    auto connection = bus::Connection::system();
    ::pid_t pid = 0;
    std::string times;
    for (auto number = 1UL; number <= count; ++number) {
        pid = await_daemon(pid);
        const auto before = Clock::now();
        if (::kill(pid, SIGKILL) != 0) throw std::runtime_error{"the daemon cannot be killed"};
        if (every != 0 && number % every == 0) continue;  // the next one dies as it starts
        await_answer(connection, number, before);
        times += (times.empty() ? "" : ", ") + std::to_string(since(before));
        std::this_thread::sleep_for(std::chrono::milliseconds{number % 20});
    }
    std::printf("{\"answered_ms\": [%s]}\n", times.c_str());
}

}  // namespace actor
