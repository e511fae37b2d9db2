#include "failure.hpp"

#include <doctest/doctest.h>

TEST_CASE("failure: the text names the object, then the reason") {
    CHECK(std::string{ctl::Failure{"camera", "is gone"}.what()} == "camera: is gone");
}

TEST_CASE("failure: a system call's failure reads as its errno does") {
    CHECK(std::string{ctl::system_failure("file", 2).what()} == "file: No such file or directory");
}

TEST_CASE("failure: what is shown stays one line and cannot command a terminal") {
    CHECK(ctl::one_line("a\nb\x1b[2Jc\x7f\n") == "a b [2Jc");
    CHECK(ctl::one_line("") == "");
    CHECK(ctl::one_line("caf\xc3\xa9") == "caf\xc3\xa9");
}
