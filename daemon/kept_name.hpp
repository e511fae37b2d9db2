// The names that descriptors are kept under: roster r<region>, segment s<region>.<attachment>,
// eventfd e<region>.<attachment>; of a raw region also its lock l<region> and its bytes
// b<region>.<generation>; numbers in decimal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shmbusd {

struct KeptName {
    enum class What : char { Roster = 'r', Segment = 's', Event = 'e', Lock = 'l', Bytes = 'b' };
    What what{};
    std::uint64_t region = 0;
    std::uint64_t attachment = 0;  // 0 with a roster or a lock; with bytes their generation

    [[nodiscard]] std::string text() const;
    // Nothing when it is not exactly what text() would say.
    [[nodiscard]] static std::optional<KeptName> parse(std::string_view text);

    friend bool operator==(const KeptName&, const KeptName&) = default;
};

[[nodiscard]] inline std::string roster_name(std::uint64_t region) {
    return KeptName{KeptName::What::Roster, region, 0}.text();
}
[[nodiscard]] inline std::string segment_name(std::uint64_t region, std::uint64_t attachment) {
    return KeptName{KeptName::What::Segment, region, attachment}.text();
}
[[nodiscard]] inline std::string event_name(std::uint64_t region, std::uint64_t attachment) {
    return KeptName{KeptName::What::Event, region, attachment}.text();
}

[[nodiscard]] inline std::string lock_name(std::uint64_t region) {
    return KeptName{KeptName::What::Lock, region, 0}.text();
}
[[nodiscard]] inline std::string bytes_name(std::uint64_t region, std::uint64_t generation) {
    return KeptName{KeptName::What::Bytes, region, generation}.text();
}

}  // namespace shmbusd
