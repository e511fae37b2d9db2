#include "bus_daemon.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace bench {
namespace {

constexpr const char* opening =
    R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>custom</type>
  <listen>unix:path=)";

// Wide limits: the bus shall not be what stops a crowd of clients, or what is measured when large
// messages are sent through it for contrast.
constexpr const char* policy = R"(</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
  <limit name="max_incoming_bytes">1000000000</limit>
  <limit name="max_outgoing_bytes">1000000000</limit>
  <limit name="max_message_size">134217728</limit>
  <limit name="max_incoming_unix_fds">1000</limit>
  <limit name="max_outgoing_unix_fds">1000</limit>
  <limit name="max_message_unix_fds">250</limit>
  <limit name="max_connections_per_user">2000</limit>
  <limit name="max_completed_connections">2000</limit>
)";

[[nodiscard]] std::string read_line(int fd) {
    std::string text;
    for (char c = 0;;) {
        const auto got = ::read(fd, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got != 1 || c == '\n') return text;
        text += c;
    }
}

}  // namespace

BusDaemon::BusDaemon(const Directory& directory, std::string_view more) {
    std::ofstream{directory / "bus.conf"} << opening << directory / "bus" << policy << more
                                          << "</busconfig>\n";
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::system_error{errno, std::system_category(), "pipe2"};
    try {
        process_.emplace(std::vector<std::string>{"dbus-daemon", "--nofork",
                                                  "--config-file=" + (directory / "bus.conf"),
                                                  "--print-address=" + std::to_string(ends[1])},
                         directory / "bus.log", ends[1]);
    } catch (...) {
        ::close(ends[0]);
        ::close(ends[1]);
        throw;
    }
    ::close(ends[1]);
    address_ = read_line(ends[0]);
    ::close(ends[0]);
    if (!address_.empty()) return;
    std::ostringstream said;
    said << std::ifstream{directory / "bus.log"}.rdbuf();
    throw std::runtime_error{"dbus-daemon does not start: " + said.str()};
}

}  // namespace bench
