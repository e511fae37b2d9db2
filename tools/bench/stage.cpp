#include "stage.hpp"

#include <cerrno>
#include <new>
#include <system_error>

#include <sys/mman.h>

#include "descriptor.hpp"

namespace bench {
namespace {

[[nodiscard]] void* map(int memory, int protection) {
    void* mapped = ::mmap(nullptr, sizeof(Stage), protection, MAP_SHARED | MAP_POPULATE, memory, 0);
    if (mapped == MAP_FAILED)
        throw std::system_error{errno, std::system_category(), "mmap of the stage"};
    return mapped;
}

}  // namespace

StageMapping::StageMapping() {
    const Descriptor memory{::memfd_create("bench.stage", MFD_CLOEXEC), "memory of the stage"};
    if (::ftruncate(memory.get(), sizeof(Stage)) != 0)
        throw std::system_error{errno, std::system_category(), "memory of the stage"};
    // default-initialised: the kernel's zeroes stand
    stage_ = ::new (map(memory.get(), PROT_READ | PROT_WRITE)) Stage;
    seen_ = static_cast<const Stage*>(map(memory.get(), PROT_READ));
}

StageMapping::~StageMapping() {
    ::munmap(stage_, sizeof(Stage));
    ::munmap(const_cast<Stage*>(seen_), sizeof(Stage));
}

}  // namespace bench
