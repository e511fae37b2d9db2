#include "sources.hpp"

#include <doctest/doctest.h>

TEST_CASE("sources: a publisher's first sample leaves no gap, wherever it starts") {
    ctl::Sources sources;
    sources.note(7, 100);
    sources.note(7, 101);
    CHECK(sources.gaps() == 0);
    CHECK(sources.size() == 1);
}

TEST_CASE("sources: gaps are counted for each publisher apart") {
    ctl::Sources sources;
    sources.note(1, 1);
    sources.note(2, 50);
    sources.note(1, 4);
    sources.note(2, 51);
    sources.note(1, 5);
    CHECK(sources.gaps() == 2);
    CHECK(sources.size() == 2);
}
