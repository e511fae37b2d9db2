#include "abi/names.hpp"

#include <string>

#include <doctest/doctest.h>

namespace bus::abi {
namespace {

TEST_CASE("name: good region names have no fault") {
    for (const char* name : {"a", "Z", "0", "_", "-", ".a", "a.", "...", "robot.pose", "a/b/c",
                             "cam_0/left-eye.raw", "..a/b.."}) {
        CAPTURE(name);
        CHECK(name_fault(name) == "");
    }
}

TEST_CASE("name: an empty one is refused") { CHECK(name_fault("") == "it is empty"); }

TEST_CASE("name: 255 bytes are the most") {
    CHECK(name_fault(std::string(255, 'a')) == "");
    CHECK(name_fault(std::string(256, 'a')) == "it is longer than 255 bytes");
}

TEST_CASE("name: every byte outside the alphabet is refused") {
    const std::string alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-/";
    for (int byte = 0; byte < 256; ++byte) {
        const auto c = static_cast<char>(byte);
        CAPTURE(byte);
        const std::string name{'a', c, 'a'};
        CHECK(name_fault(name).empty() == (alphabet.find(c) != std::string::npos));
    }
}

TEST_CASE("name: a leading, a trailing and a double slash leave an empty part") {
    for (const char* name : {"/", "/a", "a/", "a//b", "//"}) {
        CAPTURE(name);
        CHECK(name_fault(name) == "a part between slashes is empty");
    }
}

TEST_CASE("name: the parts . and .. are refused wherever they stand") {
    for (const char* name : {".", "..", "./a", "../a", "a/.", "a/..", "a/./b", "a/../b"}) {
        CAPTURE(name);
        CHECK(name_fault(name) == "a part is \".\" or \"..\"");
    }
}

TEST_CASE("type: the empty one and printable ASCII have no fault") {
    std::string printable;
    for (char c = 0x20; c < 0x7f; ++c) printable += c;
    CHECK(type_fault("") == "");
    CHECK(type_fault(printable) == "");
}

TEST_CASE("type: 255 bytes are the most") {
    CHECK(type_fault(std::string(255, 't')) == "");
    CHECK(type_fault(std::string(256, 't')) == "it is longer than 255 bytes");
}

TEST_CASE("type: what is not printable ASCII is refused") {
    for (int byte = 0; byte < 256; ++byte) {
        if (byte >= 0x20 && byte <= 0x7e) continue;
        CAPTURE(byte);
        const std::string type{'t', static_cast<char>(byte)};
        CHECK(type_fault(type) == "only printable ASCII is allowed");
    }
}

}  // namespace
}  // namespace bus::abi
