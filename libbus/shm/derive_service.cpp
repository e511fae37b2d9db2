#include <algorithm>
#include <string>

#include <bus/error.hpp>

#include "shm/bounds.hpp"
#include "shm/derive.hpp"

namespace bus::shm {
namespace {

constexpr std::uint32_t usual_depth = 8;

void check_shape(const abi::Shape& shape, std::uint64_t limit) {
    check_every(shape, std::min<std::uint64_t>(limit, 0xffff'ffff));
    check_alignment(shape.alignment);
    check_range("depth", shape.slots, 0, 4096);
    check_range("clients", shape.following, 1, 1024);
    check_range("standbys", std::uint64_t{shape.leading} - 1, 0, 15);
}

}  // namespace

abi::Geometry derive_service(const abi::Shape& shape, std::uint64_t limit) {
    check_shape(shape, limit);
    abi::Geometry geometry;
    geometry.kind = Kind::Service;
    geometry.fence = shape.fence;
    geometry.leading = shape.leading;
    geometry.following = shape.following;
    geometry.slots = shape.slots == 0 ? usual_depth : shape.slots;
    geometry.size = shape.size;
    geometry.alignment = shape.alignment;
    if (geometry.slots_bytes() > limit)
        throw Error{Errc::LimitsExceeded, "size: a client would need " +
                                              std::to_string(geometry.slots_bytes()) + " bytes (" +
                                              std::to_string(geometry.slots) + " slots of " +
                                              std::to_string(geometry.stride()) +
                                              "), the limit is " + std::to_string(limit)};
    return geometry;
}

}  // namespace bus::shm
