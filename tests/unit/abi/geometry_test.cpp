#include "abi/geometry.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <doctest/doctest.h>

namespace bus::abi {
namespace {

Geometry make(std::uint64_t size, std::uint64_t alignment, std::uint32_t slots) {
    Geometry geometry;
    geometry.leading = 2;
    geometry.following = 3;
    geometry.holds = 2;
    geometry.slots = slots;
    geometry.size = size;
    geometry.alignment = alignment;
    return geometry;
}

// Calls `check` for every alignment and for sizes around every boundary that matters.
template <class Check>
void sweep(Check check) {
    for (std::uint64_t alignment = 32; alignment <= 4096; alignment *= 2) {
        for (std::uint64_t size = 1; size <= 300; ++size) check(make(size, alignment, 5));
        for (const std::uint64_t near : {512, 1024, 4064, 4096, 8192, 1 << 20})
            for (std::uint64_t size = near - 33; size <= near + 33; ++size)
                check(make(size, alignment, 5));
    }
}

TEST_CASE("geometry: every payload is aligned as asked") {
    bool aligned = true;
    sweep([&](const Geometry& geometry) {
        for (std::uint64_t n = 1; n <= geometry.slots; ++n)
            aligned &= geometry.payload_offset(n) % geometry.alignment == 0;
    });
    CHECK(aligned);
}

TEST_CASE("geometry: every slot header is aligned for its atomics") {
    bool aligned = true;
    sweep([&](const Geometry& geometry) {
        for (std::uint64_t n = 1; n <= geometry.slots; ++n)
            aligned &= (geometry.payload_offset(n) - sizeof(SlotHeader)) % alignof(SlotHeader) == 0;
    });
    CHECK(aligned);
}

TEST_CASE("geometry: no slot reaches into the header of the next") {
    bool apart = true;
    sweep([&](const Geometry& geometry) {
        for (std::uint64_t n = 1; n < geometry.slots; ++n)
            apart &= geometry.payload_offset(n) + geometry.size <=
                     geometry.payload_offset(n + 1) - sizeof(SlotHeader);
    });
    CHECK(apart);
}

TEST_CASE("geometry: all slots lie between the header page and the segment's end") {
    bool inside = true;
    sweep([&](const Geometry& geometry) {
        inside &= geometry.payload_offset(1) - sizeof(SlotHeader) >= slots_offset;
        inside &=
            geometry.payload_offset(geometry.slots) + geometry.size <= geometry.publisher_bytes();
    });
    CHECK(inside);
}

TEST_CASE("geometry: at alignment 32 no two slots share a cache line") {
    bool apart = true;
    sweep([&](const Geometry& geometry) {
        if (geometry.alignment != 32) return;
        for (std::uint64_t n = 1; n < geometry.slots; ++n)
            apart &= (geometry.payload_offset(n) + geometry.size - 1) / line <
                     (geometry.payload_offset(n + 1) - sizeof(SlotHeader)) / line;
    });
    CHECK(apart);
}

TEST_CASE("geometry: at alignment 32 a payload of up to 32 bytes shares its header's line") {
    for (std::uint64_t size = 1; size <= 32; ++size) {
        CAPTURE(size);
        const auto geometry = make(size, 32, 7);
        CHECK(geometry.stride() == line);
        for (std::uint64_t n = 1; n <= geometry.slots; ++n)
            CHECK((geometry.payload_offset(n) - sizeof(SlotHeader)) / line ==
                  (geometry.payload_offset(n) + size - 1) / line);
    }
}

TEST_CASE("geometry: sequences go round the slots from 1") {
    const auto geometry = make(8, 32, 5);
    CHECK(geometry.payload_offset(1) == slots_offset + sizeof(SlotHeader));
    CHECK(geometry.payload_offset(6) == geometry.payload_offset(1));
    CHECK(geometry.payload_offset(5) == geometry.payload_offset(1) + 4 * geometry.stride());
    CHECK(geometry.payload_offset(12) == geometry.payload_offset(2));
}

TEST_CASE("geometry: segments are whole pages") {
    bool whole = true;
    sweep([&](const Geometry& geometry) {
        whole &= geometry.publisher_bytes() % 4096 == 0 &&
                 geometry.subscriber_bytes() % 4096 == 0 && geometry.roster_bytes() % 4096 == 0;
    });
    CHECK(whole);
}

TEST_CASE("geometry: there are twice as many lanes as publishers, and an entry for everyone") {
    const auto geometry = make(8, 32, 5);
    CHECK(geometry.lanes() == 4);
    CHECK(geometry.entries() == 7);
}

TEST_CASE("geometry: a lane is a line of its own and whole lines of holds") {
    auto geometry = make(8, 32, 5);
    for (std::uint32_t holds = 1; holds <= 64; ++holds) {
        CAPTURE(holds);
        geometry.holds = holds;
        CHECK(geometry.lane_bytes() == 64 + (holds + 7) / 8 * 64);
    }
}

TEST_CASE("geometry: lanes and entries fit into their segments") {
    for (std::uint32_t publishers = 1; publishers <= 256; publishers += 5) {
        auto geometry = make(8, 32, 5);
        geometry.leading = publishers;
        geometry.following = 4 * publishers;
        CHECK(sizeof(SubscriberHeader) + geometry.lanes() * geometry.lane_bytes() <=
              geometry.subscriber_bytes());
        CHECK(sizeof(RosterHeader) + geometry.entries() * sizeof(RosterEntry) <=
              geometry.roster_bytes());
    }
}

TEST_CASE("geometry: sizes that are 2^32 - 1 do not overflow") {
    const auto geometry = make(0xffff'ffff, 4096, 5);
    CHECK(geometry.stride() > 0xffff'ffffU);
    CHECK(geometry.payload_offset(5) - geometry.payload_offset(1) == 4 * geometry.stride());
}

}  // namespace
}  // namespace bus::abi
