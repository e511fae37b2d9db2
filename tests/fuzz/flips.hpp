// A peer's memory that changes while it is looked at. The compiler announces every load of the code
// under test before it is made (-fsanitize-coverage=trace-loads); whenever one goes to memory that
// is flipped here, the script may put another value there first. So what another process could do
// between any two instructions is done in this one, and the input alone decides when.
#pragma once

#include <cstddef>
#include <cstdint>

#include "script.hpp"

namespace fuzz {

class Flips {
public:
    // Memory of this size that is looked at in one place, and written in another or the same one.
    struct Place {
        const std::byte* looked_at = nullptr;
        std::byte* written = nullptr;
        std::size_t bytes = 0;
    };

    explicit Flips(Script script) noexcept;
    Flips(const Flips&) = delete;
    Flips& operator=(const Flips&) = delete;
    ~Flips();

    // Requires: at most 8 places.
    void watch(const Place& place) noexcept;
    void watch(std::byte* memory, std::size_t bytes) noexcept { watch({memory, memory, bytes}); }
    // What numbers near the truth are near to.
    void set_around(std::uint64_t around) noexcept { around_ = around; }

    void before_load(std::uintptr_t address, std::size_t bytes) noexcept;

private:
    Script script_;
    std::uint64_t around_ = 0;
    Place places_[8];
    std::size_t count_ = 0;
};

}  // namespace fuzz
