#include "private_bus.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace bench {
namespace {

// Wide limits: the bus shall not be what is measured when large messages are sent through it for
// contrast.
constexpr const char* configuration =
    R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>custom</type>
  <listen>unix:path=@SOCKET@</listen>
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
</busconfig>
)";

[[nodiscard]] std::string read_line(int fd) {
    std::string text;
    for (char c = 0; ::read(fd, &c, 1) == 1 && c != '\n';) text += c;
    return text;
}

}  // namespace

PrivateBus::Directory::Directory()
    : path_{(std::filesystem::temp_directory_path() / "bus_bench.XXXXXX")} {
    if (::mkdtemp(path_.data()) == nullptr)
        throw std::system_error{errno, std::system_category(), path_};
}

PrivateBus::Directory::~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

PrivateBus::PrivateBus(const std::string& daemon) {
    if (::access(daemon.c_str(), X_OK) != 0)
        throw std::system_error{errno, std::system_category(), daemon + " (see --daemon)"};
    start_bus();
    daemon_.emplace(std::vector<std::string>{daemon, "--address=" + address_},
                    directory_.path() + "/log", -1);
}

PrivateBus::~PrivateBus() = default;

void PrivateBus::start_bus() {
    std::string text = configuration;
    const std::string mark = "@SOCKET@";
    text.replace(text.find(mark), mark.size(), directory_.path() + "/bus");
    std::ofstream{directory_.path() + "/bus.conf"} << text;

    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw std::system_error{errno, std::system_category(), "pipe2"};
    bus_.emplace(std::vector<std::string>{"dbus-daemon", "--nofork",
                                          "--config-file=" + directory_.path() + "/bus.conf",
                                          "--print-address=" + std::to_string(ends[1])},
                 directory_.path() + "/log", ends[1]);
    ::close(ends[1]);
    address_ = read_line(ends[0]);
    ::close(ends[0]);
    if (address_.empty()) throw std::runtime_error{"dbus-daemon does not start: " + log()};
}

std::string PrivateBus::log() const {
    std::ostringstream text;
    text << std::ifstream{directory_.path() + "/log"}.rdbuf();
    return text.str();
}

}  // namespace bench
