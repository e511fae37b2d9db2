// A region as an earlier daemon left it in the store, checked as if a stranger had written it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <bus/region.hpp>

#include "abi/layout.hpp"
#include "abi/shape.hpp"
#include "base/unique_fd.hpp"
#include "daemon/access.hpp"
#include "daemon/attachment.hpp"
#include "daemon/store.hpp"

namespace shmbusd {

struct Survivor {
    struct Member {
        Attachment::Plan plan;
        Attachment::Left left;
        std::uint64_t late = 0;  // as in its entry
        // Whether its segment says that it is this attachment's. Its client can write that away,
        // and then only the client suffers.
        bool sound = true;
    };

    std::string name;
    std::uint64_t number = 0;
    bus::abi::Shape shape;
    AccessRule access;
    std::string bus_id;  // of the bus that its clients are on
    bool removed = false;
    std::uint64_t next_id = 0;
    bus::base::UniqueFd roster;  // writable
    std::vector<Member> members;
    // Raw: what all share.
    bus::base::UniqueFd lock;
    bus::base::UniqueFd bytes;
    std::uint64_t generation = 0;  // of the bytes
    std::uint64_t size = 0;        // what they are
};

// Takes region `number` out of what was left; of one that was being removed, neither attachments
// nor their descriptors, of which some may be gone. Throws: bus::Error BadSegment, InvalidArgument,
// SystemError with what does not check out.
[[nodiscard]] Survivor admit_survivor(std::uint64_t number, Inheritance& left);

}  // namespace shmbusd
