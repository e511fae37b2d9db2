#include "stage.hpp"

#include <cerrno>
#include <new>
#include <system_error>

#include <sys/mman.h>

namespace bench {

StageMapping::StageMapping() {
    void* memory = ::mmap(nullptr, sizeof(Stage), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED)
        throw std::system_error{errno, std::system_category(), "mmap of the stage"};
    stage_ = ::new (memory) Stage;  // default-initialised: the kernel's zeroes stand
}

StageMapping::~StageMapping() { ::munmap(stage_, sizeof(Stage)); }

}  // namespace bench
