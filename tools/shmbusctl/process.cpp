#include "process.hpp"

#include <fstream>

#include <fmt/format.h>

#include "failure.hpp"

namespace ctl {

std::string command_name(::pid_t pid) {
    std::ifstream file{fmt::format("/proc/{}/comm", pid)};
    std::string name;
    std::getline(file, name);
    return one_line(name);
}

}  // namespace ctl
