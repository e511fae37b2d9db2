#include "replaced_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failure.hpp"

namespace ctl {
namespace {

// Written beside the file, with its permissions yet to come; gone unless it takes the file's place.
class Draft {
public:
    explicit Draft(const std::string& path) : path_{path} {
        const std::filesystem::path file{path};
        name_ = file.parent_path() / ("." + file.filename().string() + ".XXXXXX");
        fd_ = ::mkostemp(name_.data(), O_CLOEXEC);
        if (fd_ < 0) throw system_failure(path_, errno);
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    ~Draft() {
        ::close(fd_);
        if (!name_.empty()) ::unlink(name_.c_str());
    }

    void write(std::string_view text) const {
        while (!text.empty()) {
            const auto written = ::write(fd_, text.data(), text.size());
            if (written < 0 && errno != EINTR) throw system_failure(path_, errno);
            if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void take_place() {
        const auto mask = ::umask(0);
        ::umask(mask);
        if (::fchmod(fd_, 0666 & ~mask) != 0 || ::fsync(fd_) != 0 ||
            ::rename(name_.c_str(), path_.c_str()) != 0)
            throw system_failure(path_, errno);
        name_.clear();
    }

private:
    std::string path_;
    std::string name_;
    int fd_ = -1;
};

}  // namespace

void replace_file(const std::string& path, std::string_view text) {
    Draft draft{path};
    draft.write(text);
    draft.take_place();
}

}  // namespace ctl
