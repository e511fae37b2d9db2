#include "process.hpp"

#include <array>
#include <fstream>

#include <pwd.h>

#include <fmt/format.h>

#include "failure.hpp"

namespace ctl {

std::string user_name(::uid_t uid) {
    std::array<char, 4096> buffer{};
    ::passwd entry{};
    ::passwd* found = nullptr;
    if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        return one_line(entry.pw_name);
    return fmt::format("{}", uid);
}

std::string command_name(::pid_t pid) {
    std::ifstream file{fmt::format("/proc/{}/comm", pid)};
    std::string name;
    std::getline(file, name);
    return one_line(name);
}

}  // namespace ctl
