// One side's own memory for the payloads of a transport that copies: written in full before each
// message goes, read in full after each has come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "payload.hpp"

namespace bench {

class Parcel {
public:
    explicit Parcel(std::size_t size)
        : size_{size}, bytes_{static_cast<std::byte*>(::operator new(size, alignment))} {
        write_payload(bytes_.get(), size, 0);  // its pages are there before anything is timed
    }

    void write(std::uint64_t number) noexcept { write_payload(bytes_.get(), size_, number); }
    [[nodiscard]] bool holds(std::uint64_t number) const noexcept {
        return bench::holds(bytes_.get(), size_, number);
    }
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {bytes_.get(), size_}; }

private:
    static constexpr std::align_val_t alignment{4096};
    struct Free {
        void operator()(std::byte* bytes) const noexcept { ::operator delete(bytes, alignment); }
    };

    std::size_t size_;
    std::unique_ptr<std::byte, Free> bytes_;
};

}  // namespace bench
