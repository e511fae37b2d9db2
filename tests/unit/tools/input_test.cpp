#include "input.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "fault.hpp"
#include "pipe.hpp"

namespace {

bool never() { return false; }

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::string> lines_of(std::string_view text, std::size_t most) {
    Pipe pipe;
    pipe.put(text);
    pipe.close_writing();
    ctl::Input input{pipe.reading(), never};
    std::vector<std::string> lines;
    while (const auto line = input.next_line(most)) lines.emplace_back(*line);
    return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("input: lines come without their newline, empty ones too") {
    CHECK(lines_of("one\n\nthree\n", 10) == Lines{"one", "", "three"});
}

TEST_CASE("input: a last line may lack its newline") {
    CHECK(lines_of("one\ntwo", 10) == Lines{"one", "two"});
    CHECK(lines_of("two", 10) == Lines{"two"});
    CHECK(lines_of("", 10).empty());
}

TEST_CASE("input: a line may be as long as the maximum") {
    CHECK(lines_of("12345\n12345", 5) == Lines{"12345", "12345"});
}

TEST_CASE("input: a line that is too long is named with both sizes") {
    CHECK(fault_of([] { return lines_of("ok\n123456\nok\n", 5); }) ==
          "line 2: 6 bytes are more than the topic's maximum of 5");
    CHECK(fault_of([] { return lines_of("123456", 5); }) ==
          "line 1: 6 bytes are more than the topic's maximum of 5");
}

TEST_CASE("input: the length of a line longer than the buffer is told exactly") {
    Pipe pipe;
    ctl::Input input{pipe.reading(), never};
    constexpr std::size_t length = 3'000'000;
    std::thread writer{[&] {
        const std::string part(50'000, 'x');
        for (std::size_t sent = 0; sent < length; sent += part.size()) pipe.put(part);
        pipe.put("\nmore\n");
        pipe.close_writing();
    }};
    CHECK(fault_of([&] { return input.next_line(100); }) ==
          "line 1: 3000000 bytes are more than the topic's maximum of 100");
    writer.join();
}

TEST_CASE("input: lines are whole across the ends of the buffer") {
    Pipe pipe;
    ctl::Input input{pipe.reading(), never};
    constexpr std::size_t count = 400'000;
    std::thread writer{[&] {
        for (std::size_t i = 0; i < count; ++i) pipe.put(std::to_string(i) + '\n');
        pipe.close_writing();
    }};
    std::size_t right = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto line = input.next_line(20);
        if (line && *line == std::to_string(i)) ++right;
    }
    writer.join();
    CHECK(right == count);
    CHECK_FALSE(input.next_line(20));
}

TEST_CASE("input: blocks are whole but for the last") {
    Pipe pipe;
    pipe.put("abcdefgh");
    pipe.close_writing();
    ctl::Input input{pipe.reading(), never};
    CHECK(text_of(input.next_block(3)) == "abc");
    CHECK(text_of(input.next_block(3)) == "def");
    CHECK(text_of(input.next_block(3)) == "gh");
    CHECK(input.ended());
    CHECK(input.next_block(3).empty());
}

TEST_CASE("input: filling waits for all that is asked for") {
    Pipe pipe;
    ctl::Input input{pipe.reading(), never};
    std::thread writer{[&] {
        for (const auto* part : {"ab", "cd", "ef", "g"}) pipe.put(part);
        pipe.close_writing();
    }};
    std::array<std::byte, 6> bytes{};
    CHECK(input.fill(bytes) == 6);
    CHECK(text_of(bytes) == "abcdef");
    CHECK_FALSE(input.ended());
    CHECK(input.fill(bytes) == 1);
    CHECK(input.ended());
    writer.join();
}

TEST_CASE("input: what cannot be read is a failure that names it") {
    ctl::Input input{-1, never};
    std::array<std::byte, 6> bytes{};
    CHECK(fault_of([&] { return input.fill(bytes); }) == "standard input: Bad file descriptor");
}
