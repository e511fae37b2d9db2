#include "daemon/kept_name.hpp"

#include <charconv>

namespace shmbusd {
namespace {

// Takes a number off the front; 0 when there is none.
std::uint64_t take_number(std::string_view& text) {
    std::uint64_t number = 0;
    const auto* end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

// Of these a region has one.
bool of_region(KeptName::What what) noexcept {
    return what == KeptName::What::Roster || what == KeptName::What::Lock;
}

}  // namespace

std::string KeptName::text() const {
    const auto whole = static_cast<char>(what) + std::to_string(region);
    return of_region(what) ? whole : whole + '.' + std::to_string(attachment);
}

std::optional<KeptName> KeptName::parse(std::string_view text) {
    if (text.empty() || std::string_view{"rselb"}.find(text.front()) == std::string_view::npos)
        return std::nullopt;
    KeptName name{.what = static_cast<What>(text.front())};
    auto rest = text.substr(1);
    name.region = take_number(rest);
    if (!of_region(name.what) && rest.starts_with('.')) {
        rest.remove_prefix(1);
        name.attachment = take_number(rest);
    }
    if (name.text() != text || name.region == 0) return std::nullopt;
    return name;
}

}  // namespace shmbusd
