#include "base/mapping.hpp"

#include <sys/mman.h>

#include "base/system_call.hpp"

namespace bus::base {

Mapping::Mapping(int fd, std::size_t bytes, Access access, Populate populate,
                 const std::string& name) {
    const int protection = access == Access::ReadOnly ? PROT_READ : PROT_READ | PROT_WRITE;
    const int flags = MAP_SHARED | (populate == Populate::Now ? MAP_POPULATE : 0);
    void* address = ::mmap(nullptr, bytes, protection, flags, fd, 0);
    if (address == MAP_FAILED) fail(name, "mmap");
    data_ = static_cast<std::byte*>(address);
    size_ = bytes;
    if (access == Access::ReadWrite)
        check(::madvise(data_, size_, MADV_DONTFORK), name, "MADV_DONTFORK");
}

Mapping::~Mapping() {
    if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace bus::base
