#include "progress_bar.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

TEST_CASE("progress bar: fills with what is done, and tells the time that is left") {
    CHECK(ctl::bar_text(0.5, 30s, "pipe 32 B", 80) ==
          "[############------------]  50 %  0:30 left  pipe 32 B");
    CHECK(ctl::bar_text(1, 60s, "", 80) == "[########################] 100 %  0:00 left  ");
}

TEST_CASE("progress bar: in the beginning there is nothing to tell the time by") {
    CHECK(ctl::bar_text(0, 0s, "pipe 32 B", 80) == "[------------------------]   0 %  pipe 32 B");
}

TEST_CASE("progress bar: is never wider than the terminal") {
    CHECK(ctl::bar_text(0.5, 90s, "pipe 32 B", 30) ==
          std::string{"[############------------]  50 %  "}.substr(0, 30));
}
