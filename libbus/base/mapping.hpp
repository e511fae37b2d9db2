// The one owner of a stretch of mapped memory.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace bus::base {

enum class Access { ReadOnly, ReadWrite };
enum class Populate { Now, Lazily };  // Now: no page fault is left for the data path

class Mapping {
public:
    Mapping() noexcept = default;
    // Maps `bytes` from the start of `fd`. A writable mapping is not inherited over fork: a child
    // must not become a second writer. Throws: Error OutOfMemory, SystemError.
    Mapping(int fd, std::size_t bytes, Access access, Populate populate, const std::string& name);
    Mapping(Mapping&& other) noexcept { swap(other); }
    Mapping& operator=(Mapping&& other) noexcept {
        Mapping{std::move(other)}.swap(*this);
        return *this;
    }
    ~Mapping();

    [[nodiscard]] explicit operator bool() const noexcept { return data_ != nullptr; }
    [[nodiscard]] std::byte* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    void swap(Mapping& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace bus::base
