#include "hex_dump.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace {

std::string dump_of(std::string_view text, std::uint64_t offset = 0) {
    return ctl::hex_dump(std::as_bytes(std::span{text}), offset);
}

}  // namespace

TEST_CASE("hex dump: a line has offset, bytes in two groups, and text; the end's offset is last") {
    CHECK(dump_of("0123456789abcdef\n") ==
          "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
          "00000010  0a                                                |.|\n"
          "00000011\n");
}

TEST_CASE("hex dump: offsets count from where the bytes begin") {
    CHECK(dump_of("12345678\x7f\xff", 0x1'0000'0004) ==
          "100000004  31 32 33 34 35 36 37 38  7f ff                   |12345678..|\n"
          "10000000e\n");
}

TEST_CASE("hex dump: lines like the one before are one star, a shorter one is no such line") {
    CHECK(dump_of(std::string(64 + 8, '\0')) ==
          "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n"
          "*\n"
          "00000040  00 00 00 00 00 00 00 00                           |........|\n"
          "00000048\n");
    CHECK(dump_of("same same same \nsame same same \n") ==
          "00000000  73 61 6d 65 20 73 61 6d  65 20 73 61 6d 65 20 0a  |same same same .|\n"
          "*\n"
          "00000020\n");
}

TEST_CASE("hex dump: of nothing there is nothing") { CHECK(dump_of("") == ""); }

TEST_CASE("hex dump: digits alone are in one row") {
    const std::string_view text{"\x01\xfe"};
    CHECK(ctl::hex_text(std::as_bytes(std::span{text})) == "01fe");
}
