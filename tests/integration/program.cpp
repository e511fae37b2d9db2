#include "program.hpp"

#include <csignal>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace integration {
namespace {

[[noreturn]] void become(std::vector<char*>& words, const std::string& log, int inherited,
                         ::pid_t parent) {
    Process::die_with_parent(parent, SIGTERM);
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (file < 0 || nothing < 0) ::_exit(127);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::unsetenv("NOTIFY_SOCKET");  // is for whoever runs the tests
    if (inherited >= 0) ::fcntl(inherited, F_SETFD, 0);
    ::execvp(words[0], words.data());
    ::_exit(127);
}

::pid_t start(std::vector<std::string>& words, const std::string& log, int inherited) {
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    const auto parent = ::getpid();
    const auto pid = ::fork();
    if (pid == 0) become(pointers, log, inherited, parent);
    return pid;
}

}  // namespace

Program::Program(std::vector<std::string> words, std::string log, int inherited)
    : log_{std::move(log)}, process_{start(words, log_, inherited)} {}

Program::~Program() {
    try {
        if (process_.running()) terminate();
    } catch (const std::exception&) {  // process_ ends it
    }
}

Ending Program::terminate() {
    process_.signal(SIGTERM);
    return process_.await_end();
}

std::string Program::output() const {
    std::ostringstream text;
    text << std::ifstream{log_}.rdbuf();
    return text.str();
}

bool installed(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders{path != nullptr ? path : "/usr/bin:/bin"};
    for (std::string folder; std::getline(folders, folder, ':');)
        if (::access((folder + "/" + name).c_str(), X_OK) == 0) return true;
    return false;
}

}  // namespace integration
