#include "shm/derive.hpp"

namespace bus::shm {

abi::Geometry derive_geometry(const abi::Shape& shape, std::uint64_t limit) {
    if (shape.kind == Kind::Topic) return derive_topic(shape, limit);
    return shape.kind == Kind::Service ? derive_service(shape, limit) : derive_raw(shape, limit);
}

}  // namespace bus::shm
