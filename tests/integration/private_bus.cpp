#include "private_bus.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace integration {
namespace {

constexpr const char* policy = R"(</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
  <limit name="max_incoming_unix_fds">1000</limit>
  <limit name="max_outgoing_unix_fds">1000</limit>
  <limit name="max_connections_per_user">2000</limit>
  <limit name="max_completed_connections">2000</limit>
</busconfig>
)";

constexpr const char* opening =
    R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>custom</type>
  <listen>unix:path=)";

std::string read_line(int fd) {
    std::string text;
    for (char c = 0; ::read(fd, &c, 1) == 1 && c != '\n';) text += c;
    return text;
}

}  // namespace

Directory::Directory()
    : path_{(std::filesystem::temp_directory_path() / "bus_integration.XXXXXX")} {
    if (::mkdtemp(path_.data()) == nullptr || ::chmod(path_.c_str(), 0755) != 0)
        throw std::system_error{errno, std::system_category(), path_};
}

Directory::~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

PrivateBus::PrivateBus() {
    std::ofstream{directory_ / "bus.conf"} << opening << directory_ / "bus" << policy;
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::system_error{errno, std::system_category(), "pipe2"};
    const Descriptor reading{ends[0]};
    Descriptor writing{ends[1]};
    bus_.emplace(std::vector<std::string>{"dbus-daemon", "--nofork",
                                          "--config-file=" + (directory_ / "bus.conf"),
                                          "--print-address=" + std::to_string(writing.get())},
                 directory_ / "bus.log", writing.get());
    writing.close();
    address_ = read_line(reading.get());
    if (address_.empty()) throw std::runtime_error{"dbus-daemon: " + bus_->output()};
}

PrivateBus::Report PrivateBus::run(std::vector<std::string> words) {
    Program program{std::move(words), directory_ / ("run." + std::to_string(++runs_))};
    const auto ending = program.process().await_end();
    return {ending.code, program.output()};
}

}  // namespace integration
