#include "wire/paths.hpp"

#include <string>

#include <doctest/doctest.h>

namespace bus::wire {
namespace {

TEST_CASE("path: a region's name survives the way there and back") {
    for (const std::string name :
         {"a", "robot.pose", "a/b/c", "_", "cam-0", "0", "...", "with_underscore/and.dot"}) {
        CAPTURE(name);
        CHECK(region_of_path(path_of_region(name)) == name);
    }
    CHECK(region_of_path(path_of_region(std::string(255, '.'))) == std::string(255, '.'));
}

TEST_CASE("path: what is no letter or digit is encoded as systemd encodes it") {
    CHECK(path_of_region("robot.pose/a") == "/org/shmbus1/region/robot_2epose_2fa");
}

TEST_CASE("path: different names have different paths") {
    CHECK(path_of_region("a_b") != path_of_region("a.b"));
    CHECK(path_of_region("a_2eb") != path_of_region("a.b"));
}

TEST_CASE("path: what is not a region's path has no name") {
    for (const char* path : {"/", "/org/shmbus1", "/org/shmbus1/region", "/org/other/region/a",
                             "/org/shmbus1/region/a/b", "/org/shmbus1/regional/a"}) {
        CAPTURE(path);
        CHECK_FALSE(region_of_path(path));
    }
}

}  // namespace
}  // namespace bus::wire
