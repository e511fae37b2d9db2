#include "help.hpp"

#include <doctest/doctest.h>

TEST_CASE("help: folds at the last blank that fits") {
    CHECK(ctl::fold("one two three", 7) == "one two\nthree");
    CHECK(ctl::fold("one two three", 6) == "one\ntwo\nthree");
    CHECK(ctl::fold("one two three", 13) == "one two three");
}

TEST_CASE("help: a word longer than the line stands alone") {
    CHECK(ctl::fold("abcdefgh ij", 4) == "abcdefgh\nij");
    CHECK(ctl::fold("abcdefgh", 4) == "abcdefgh");
    CHECK(ctl::fold("", 4) == "");
}
