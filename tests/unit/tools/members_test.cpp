#include "members.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace {

bus::RegionInfo region(bus::Kind kind, std::uint32_t publishers, std::uint32_t subscribers) {
    bus::RegionInfo info;
    info.kind = kind;
    info.publishers = publishers;
    info.subscribers = subscribers;
    return info;
}

std::string text_of(const std::vector<bus::RegionInfo>& regions) {
    return ctl::members_text(regions);
}

}  // namespace

TEST_CASE("members: a region's are told in the words of its kind") {
    CHECK(text_of({region(bus::Kind::Topic, 1, 2)}) == "1 publisher, 2 subscribers");
    CHECK(text_of({region(bus::Kind::Service, 1, 4)}) == "1 server, 4 clients");
    CHECK(text_of({region(bus::Kind::Raw, 2, 1)}) == "2 writers, 1 reader");
}

TEST_CASE("members: roles that nobody has are left out, and where there are none it says so") {
    CHECK(text_of({region(bus::Kind::Raw, 0, 3)}) == "3 readers");
    CHECK(text_of({region(bus::Kind::Topic, 0, 0)}) == "nobody");
    CHECK(text_of({}) == "nobody");
}

TEST_CASE("members: those of several regions are added up, kind by kind") {
    CHECK(text_of({region(bus::Kind::Raw, 1, 0), region(bus::Kind::Topic, 1, 1),
                   region(bus::Kind::Topic, 2, 0)}) == "3 publishers, 1 subscriber, 1 writer");
}
