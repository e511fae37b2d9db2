#include "words.hpp"

#include <fmt/format.h>

#include "failure.hpp"

namespace ctl {

std::string_view word(bus::Kind kind) noexcept {
    switch (kind) {
        case bus::Kind::Raw:
            return "raw";
        case bus::Kind::Topic:
            return "topic";
        case bus::Kind::Service:
            return "service";
    }
    return "unknown";
}

std::string_view word(bus::Overflow overflow) noexcept {
    switch (overflow) {
        case bus::Overflow::Block:
            return "block";
        case bus::Overflow::Overwrite:
            return "overwrite";
    }
    return "unknown";
}

std::string_view word(bus::Fence fence) noexcept {
    switch (fence) {
        case bus::Fence::Asymmetric:
            return "asymmetric";
        case bus::Fence::Full:
            return "full";
    }
    return "unknown";
}

std::string_view word(bus::Role role) noexcept {
    switch (role) {
        case bus::Role::Publisher:
            return "publisher";
        case bus::Role::Subscriber:
            return "subscriber";
    }
    return "unknown";
}

std::string_view word(bus::State state) noexcept {
    switch (state) {
        case bus::State::Active:
            return "active";
        case bus::State::Departed:
            return "departed";
        case bus::State::Evicted:
            return "evicted";
        case bus::State::Removed:
            return "removed";
    }
    return "unknown";
}

std::string_view word(bus::Event::What what) noexcept {
    switch (what) {
        case bus::Event::What::RegionAdded:
            return "region-added";
        case bus::Event::What::RegionRemoved:
            return "region-removed";
        case bus::Event::What::Attached:
            return "attached";
        case bus::Event::What::Detached:
            return "detached";
        case bus::Event::What::Died:
            return "died";
        case bus::Event::What::Evicted:
            return "evicted";
    }
    return "unknown";
}

bus::Overflow parse_overflow(std::string_view text) {
    for (const auto overflow : {bus::Overflow::Block, bus::Overflow::Overwrite})
        if (text == word(overflow)) return overflow;
    throw Failure{fmt::format("--overflow={}", text), "must be block or overwrite"};
}

bus::Fence parse_fence(std::string_view text) {
    for (const auto fence : {bus::Fence::Asymmetric, bus::Fence::Full})
        if (text == word(fence)) return fence;
    throw Failure{fmt::format("--fence={}", text), "must be asymmetric or full"};
}

bus::Kind parse_kind(std::string_view text) {
    if (text == word(bus::Kind::Topic)) return bus::Kind::Topic;
    const auto object = fmt::format("--kind={}", text);
    if (text == word(bus::Kind::Raw) || text == word(bus::Kind::Service))
        throw Failure{object, "this version has only topics"};
    throw Failure{object, "no such kind; this version has only topics"};
}

}  // namespace ctl
