#include "progress.hpp"

#include <cerrno>
#include <new>
#include <system_error>

#include <sys/mman.h>

namespace adversity {

SharedProgress::SharedProgress() {
    void* page = ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw std::system_error{errno, std::system_category(), "mmap"};
    progress_ = new (page) Progress;
}

SharedProgress::~SharedProgress() { ::munmap(progress_, sizeof(Progress)); }

}  // namespace adversity
