#include "draft.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "failure.hpp"

namespace ctl {
namespace {

// Debian's own choice, or what every POSIX system has.
constexpr auto fallback = "$(command -v editor || echo vi)";

std::string editor() {
    for (const char* variable : {"VISUAL", "EDITOR"}) {
        const char* value = std::getenv(variable);
        if (value != nullptr && *value != '\0') return value;
    }
    return fallback;
}

// One word for a shell, whatever is in it.
std::string shell_word(std::string_view text) {
    std::string word{'\''};
    for (const char c : text) word += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return word + '\'';
}

std::string end_text(int status) {
    if (WIFSIGNALED(status)) return fmt::format("killed by signal {}", WTERMSIG(status));
    return fmt::format("exit code {}", WEXITSTATUS(status));
}

}  // namespace

Draft::Draft(std::span<const std::byte> bytes)
    : path_{(std::filesystem::temp_directory_path() / "shmbusctl.XXXXXX").string()} {
    const int fd = ::mkstemp(path_.data());
    if (fd < 0) throw system_failure(path_, errno);
    ::close(fd);
    std::ofstream file{path_, std::ios::binary};
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    if (file.flush()) return;
    const auto failure = system_failure(path_, errno);
    std::remove(path_.c_str());
    throw failure;
}

Draft::~Draft() {
    if (!kept_) std::remove(path_.c_str());
}

void Draft::edit() const {
    const auto program = editor();
    const int status = std::system((program + ' ' + shell_word(path_)).c_str());
    if (status == -1) throw system_failure(program, errno);
    if (status != 0)
        throw Failure{program == fallback ? "the editor" : program,
                      end_text(status) + "; nothing was changed"};
}

std::vector<std::byte> Draft::bytes() const {
    std::ifstream file{path_, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file) throw system_failure(path_, errno);
    const auto bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
}

}  // namespace ctl
