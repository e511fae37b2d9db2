#include "facts.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace ctl {

std::string text_of(const std::vector<Fact>& facts) {
    std::size_t width = 0;
    for (const auto& fact : facts) width = std::max(width, fact.name.size());
    std::string text;
    for (const auto& [name, value] : facts) text += fmt::format("{:>{}}: {}\n", name, width, value);
    return text;
}

}  // namespace ctl
