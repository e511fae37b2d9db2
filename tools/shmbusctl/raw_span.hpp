// Which bytes of a raw region a verb works on: --offset and --length.
#pragma once

#include <cstddef>
#include <string>

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

private:
    std::size_t offset_ = 0;
    std::size_t length_ = 0;
    bool has_length_ = false;
};

}  // namespace ctl
