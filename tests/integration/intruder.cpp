#include "intruder.hpp"

#include <stdexcept>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptor.hpp"

namespace integration {
namespace {

class Attempt {
public:
    explicit Attempt(int fd) : fd_{fd} {
        struct stat status {};
        if (::fstat(fd, &status) != 0 || status.st_size == 0)
            throw std::runtime_error{"the handle is not memory"};
        size_ = static_cast<std::size_t>(status.st_size);
    }

    std::string through_the_handle() { return through(fd_, ""); }

    // A second descriptor on the same memory, opened with other rights.
    std::string through_proc(int flags) {
        const auto path = "/proc/self/fd/" + std::to_string(fd_);
        const Descriptor again{::open(path.c_str(), flags | O_CLOEXEC)};
        return again.get() >= 0 ? through(again.get(), "reopened:") : "";
    }

private:
    std::string through(int fd, const std::string& how) {
        std::string ways;
        const char byte = 1;
        const auto note = [&](bool succeeded, const char* way) {
            if (succeeded) ways += how + way + " ";
        };
        note(::pwrite(fd, &byte, 1, 0) == 1, "pwrite");
        note(map(fd, PROT_READ | PROT_WRITE, PROT_NONE), "mmap");
        note(map(fd, PROT_READ, PROT_READ | PROT_WRITE), "mprotect");
        note(::ftruncate(fd, 1) == 0, "ftruncate");
        note(::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0, "punch");
        note(::fallocate(fd, 0, 0, static_cast<off_t>(size_) + 4096) == 0, "fallocate");
        return ways;
    }

    // Whether a shared mapping can be had with `first`, then made `later` when that is not NONE.
    [[nodiscard]] bool map(int fd, int first, int later) const {
        void* place = ::mmap(nullptr, size_, first, MAP_SHARED, fd, 0);
        if (place == MAP_FAILED) return false;
        const bool good = later == PROT_NONE || ::mprotect(place, size_, later) == 0;
        ::munmap(place, size_);
        return good;
    }

    int fd_;
    std::size_t size_ = 0;
};

}  // namespace

std::string ways_to_write(int fd) {
    Attempt attempt{fd};
    std::string ways = attempt.through_the_handle();
    for (const int flags : {O_RDWR, O_WRONLY}) ways += attempt.through_proc(flags);
    return ways;
}

}  // namespace integration
