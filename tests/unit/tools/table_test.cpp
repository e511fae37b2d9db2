#include "table.hpp"

#include <doctest/doctest.h>

using ctl::Align;
using ctl::Legend;

namespace {

ctl::Table sample() {
    ctl::Table table{{{"NAME"}, {"SIZE", Align::Right}, {"OWNER"}}};
    table.add({"a", "12345", "root"});
    table.add({"longer", "7", ""});
    return table;
}

}  // namespace

TEST_CASE("table: columns are as wide as their contents, numbers to the right") {
    CHECK(sample().text(Legend::Shown) ==
          "NAME    SIZE OWNER\n"
          "a      12345 root\n"
          "longer     7 -\n");
}

TEST_CASE("table: without legend the titles take no room") {
    CHECK(sample().text(Legend::Hidden) ==
          "a      12345 root\n"
          "longer     7 -\n");
}

TEST_CASE("table: an empty one has its titles alone") {
    const ctl::Table table{{{"NAME"}, {"SIZE", Align::Right}}};
    CHECK(table.text(Legend::Shown) == "NAME SIZE\n");
    CHECK(table.text(Legend::Hidden) == "");
    CHECK(table.rows() == 0);
}

TEST_CASE("table: letters of two bytes take one column") {
    ctl::Table table{{{"NAME"}, {"N", Align::Right}}};
    table.add({"caf\xc3\xa9", "1"});
    table.add({"cafes", "2"});
    CHECK(table.text(Legend::Hidden) == "caf\xc3\xa9  1\ncafes 2\n");
}

TEST_CASE("table: one is singular") {
    CHECK(ctl::counted(0, "region") == "0 regions");
    CHECK(ctl::counted(1, "region") == "1 region");
    CHECK(ctl::counted(2, "region") == "2 regions");
}
