#include "failure.hpp"

#include <cstdio>
#include <system_error>

#include <fmt/format.h>

namespace ctl {

Failure::Failure(std::string_view object, std::string_view reason)
    : std::runtime_error{fmt::format("{}: {}", object, reason)} {}

Failure system_failure(std::string_view object, int number) {
    return {object, std::generic_category().message(number)};
}

std::string one_line(std::string_view text) {
    std::string line{text};
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line;
}

void complain(std::string_view text) noexcept try {
    const auto line = fmt::format("shmbusctl: {}\n", one_line(text));
    std::fwrite(line.data(), 1, line.size(), stderr);
} catch (...) {
    std::fputs("shmbusctl: out of memory\n", stderr);
}

}  // namespace ctl
