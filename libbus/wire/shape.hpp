// What a region is to be, as a D-Bus dictionary: each kind has keys of its own, access the same in
// all.
#pragma once

#include <bus/access.hpp>
#include <bus/region.hpp>

#include "abi/shape.hpp"
#include "wire/dictionary.hpp"

namespace bus::wire {

struct RegionRequest {
    abi::Shape shape;
    AccessChange access;  // its owner is not asked for
};

[[nodiscard]] RegionRequest request_of(const TopicOptions& options);
[[nodiscard]] RegionRequest request_of(const ServiceOptions& options);
[[nodiscard]] RegionRequest request_of(const RawOptions& options);

// Throws: Error InvalidArgument, naming the key, for one that this kind does not have or a value of
// a wrong type.
[[nodiscard]] RegionRequest request_from(Kind kind, const Dictionary& dictionary);
[[nodiscard]] Dictionary dictionary_from(const RegionRequest& request);
// The shape alone: what stays for the life of the region.
[[nodiscard]] Dictionary dictionary_from(const abi::Shape& shape);

}  // namespace bus::wire
