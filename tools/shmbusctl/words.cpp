#include "words.hpp"

#include <fmt/format.h>

#include "failure.hpp"

namespace ctl {

bus::Overflow parse_overflow(std::string_view text) {
    for (const auto overflow : {bus::Overflow::Block, bus::Overflow::Overwrite})
        if (text == to_string(overflow)) return overflow;
    throw Failure{fmt::format("--overflow={}", text), "must be block or overwrite"};
}

bus::Fence parse_fence(std::string_view text) {
    for (const auto fence : {bus::Fence::Asymmetric, bus::Fence::Full})
        if (text == to_string(fence)) return fence;
    throw Failure{fmt::format("--fence={}", text), "must be asymmetric or full"};
}

std::pair<std::string, bus::Rights> parse_named(std::string_view option, std::string_view text) {
    using bus::Rights;
    const auto colon = text.rfind(':');
    if (colon != 0 && colon != std::string_view::npos)
        for (const auto rights : {Rights::Read, Rights::Write, Rights::ReadWrite, Rights::None})
            if (text.substr(colon + 1) == to_string(rights))
                return {std::string{text.substr(0, colon)}, rights};
    throw Failure{fmt::format("{}={}", option, text), "must be NAME:r, NAME:w, NAME:rw or NAME:-"};
}

bus::Kind parse_kind(std::string_view text) {
    for (const auto kind : {bus::Kind::Topic, bus::Kind::Service, bus::Kind::Raw})
        if (text == to_string(kind)) return kind;
    throw Failure{fmt::format("--kind={}", text), "must be topic, service or raw"};
}

}  // namespace ctl
