// Which bytes of a raw region a verb works on: --offset and --length.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <bus/raw.hpp>

namespace CLI {
class App;
}

namespace ctl {

class RawSpan {
public:
    void declare_offset(CLI::App& verb);
    void declare_length(CLI::App& verb);

    [[nodiscard]] std::size_t offset() const noexcept { return offset_; }
    /// Bytes from the offset on, as many as asked for, else all there are. Throws Failure when the
    /// region has fewer.
    [[nodiscard]] std::size_t length_in(const std::string& name, std::size_t bytes) const;
    /// A copy of them, made under the region's lock. Throws Failure.
    [[nodiscard]] std::vector<std::byte> read(bus::Region& region, const std::string& name) const;
    /// Of all bytes those that are worked on. Throws Failure.
    template <class Byte>
    [[nodiscard]] std::span<Byte> part_of(std::span<Byte> bytes, const std::string& name) const {
        const auto length = length_in(name, bytes.size());
        return bytes.subspan(offset_, length);
    }

private:
    std::size_t offset_ = 0;
    std::size_t length_ = 0;
    bool has_length_ = false;
};

/// The region's lock. Throws Failure when it is not had: the region was removed.
[[nodiscard]] bus::Region::Lock lock_of(bus::Region& region, const std::string& name);

}  // namespace ctl
