#include "shm/bounds.hpp"
#include "shm/derive.hpp"

namespace bus::shm {

abi::Geometry derive_raw(const abi::Shape& shape, std::uint64_t limit) {
    check_every(shape, limit);
    check_range("writers", shape.leading, 1, 256);
    check_range("readers", shape.following, 1, 1024);
    abi::Geometry geometry;
    geometry.kind = Kind::Raw;
    geometry.fence = shape.fence;
    geometry.leading = shape.leading;
    geometry.following = shape.following;
    geometry.size = shape.size;
    return geometry;
}

}  // namespace bus::shm
