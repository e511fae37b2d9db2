// Sizes of payloads as names of rows have them.
#pragma once

#include <cstddef>
#include <string>

namespace bench {

// "64 KiB"
[[nodiscard]] inline std::string size_text(std::size_t bytes) {
    if (bytes >= 1 << 20) return std::to_string(bytes >> 20) + " MiB";
    if (bytes >= 1 << 10) return std::to_string(bytes >> 10) + " KiB";
    return std::to_string(bytes) + " B";
}

}  // namespace bench
