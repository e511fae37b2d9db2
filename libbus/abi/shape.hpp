// What a region of any kind is asked to be: what its record keeps, and its geometry is derived
// from. Kinds use what means something to them, and leave the rest as it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <bus/region.hpp>

namespace bus::abi {

struct Shape {
    Kind kind = Kind::Topic;
    std::uint64_t size = 0;        // largest payload; raw: all there is; bytes
    std::uint64_t alignment = 32;  // of payloads, bytes
    std::uint32_t history = 0;     // topic: samples
    std::uint32_t slots = 0;       // at least; 0: chosen by size. Service: requests in flight
    Overflow overflow = Overflow::Block;
    std::uint32_t leading = 4;    // publishers; servers; writers
    std::uint32_t following = 8;  // subscribers; clients; readers
    std::uint32_t holds = 2;      // topic: samples of one publisher
    std::string type;             // empty: any
    std::chrono::nanoseconds patience{0};
    Fence fence = Fence::Asymmetric;

    friend bool operator==(const Shape&, const Shape&) = default;
};

[[nodiscard]] inline Shape shape_of(const TopicOptions& options) {
    return {.kind = Kind::Topic,
            .size = options.size,
            .alignment = options.alignment,
            .history = options.history,
            .slots = options.slots,
            .overflow = options.overflow,
            .leading = options.publishers,
            .following = options.subscribers,
            .holds = options.holds,
            .type = options.type,
            .patience = options.patience,
            .fence = options.fence};
}
// A count of standbys that leaves no room for the server itself becomes no server at all, which is
// refused where the geometry is derived.
[[nodiscard]] inline Shape shape_of(const ServiceOptions& options) {
    return {.kind = Kind::Service,
            .size = options.size,
            .alignment = options.alignment,
            .slots = options.depth,
            .leading = options.standbys + 1,
            .following = options.clients,
            .type = options.type,
            .fence = options.fence};
}
[[nodiscard]] inline Shape shape_of(const RawOptions& options) {
    return {.kind = Kind::Raw,
            .size = options.size,
            .leading = options.writers,
            .following = options.readers,
            .type = options.type,
            .fence = options.fence};
}

// And back; of access they say nothing.
[[nodiscard]] inline TopicOptions topic_options(const Shape& shape) {
    return {.size = shape.size,
            .alignment = shape.alignment,
            .history = shape.history,
            .slots = shape.slots,
            .overflow = shape.overflow,
            .publishers = shape.leading,
            .subscribers = shape.following,
            .holds = shape.holds,
            .type = shape.type,
            .patience = shape.patience,
            .fence = shape.fence};
}
[[nodiscard]] inline ServiceOptions service_options(const Shape& shape) {
    return {.size = shape.size,
            .alignment = shape.alignment,
            .depth = shape.slots,
            .clients = shape.following,
            .standbys = shape.leading - 1,
            .type = shape.type,
            .fence = shape.fence};
}
[[nodiscard]] inline RawOptions raw_options(const Shape& shape) {
    return {.size = shape.size,
            .writers = shape.leading,
            .readers = shape.following,
            .type = shape.type,
            .fence = shape.fence};
}

// What a region of this kind is unless something else is asked.
[[nodiscard]] inline Shape default_shape(Kind kind) {
    if (kind == Kind::Topic) return shape_of(TopicOptions{});
    return kind == Kind::Service ? shape_of(ServiceOptions{}) : shape_of(RawOptions{});
}

}  // namespace bus::abi
