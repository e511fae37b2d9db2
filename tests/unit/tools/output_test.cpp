#include "output.hpp"

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>

#include <doctest/doctest.h>

#include "fault.hpp"
#include "pipe.hpp"

using ctl::Output;

namespace {

bool never() { return false; }

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span{text});
}

}  // namespace

TEST_CASE("output: small samples are gathered until they are flushed") {
    Pipe pipe;
    Output output{pipe.writing(), never};
    CHECK(output.put(bytes_of("one"), Output::Newline::Appended));
    CHECK(output.put(bytes_of(""), Output::Newline::Appended));
    CHECK(output.put(bytes_of("three"), Output::Newline::None));
    CHECK(output.flush());
    CHECK(pipe.get() == "one\n\nthree");
}

TEST_CASE("output: large samples keep their place among small ones") {
    Pipe pipe;
    Output output{pipe.writing(), never};
    const std::string large(20'000, 'x');
    CHECK(output.put(bytes_of("a"), Output::Newline::Appended));
    CHECK(output.put(bytes_of(large), Output::Newline::Appended));
    CHECK(output.put(bytes_of("b"), Output::Newline::Appended));
    CHECK(output.flush());
    CHECK(pipe.get() == "a\n" + large + "\nb\n");
}

TEST_CASE("output: a sample larger than the pipe arrives whole") {
    Pipe pipe;
    Output output{pipe.writing(), never};
    const std::string large(5'000'000, 'x');
    std::size_t got = 0;
    std::thread reader{[&] {
        for (auto text = pipe.get(); !text.empty(); text = pipe.get()) got += text.size();
    }};
    CHECK(output.put(bytes_of(large), Output::Newline::None));
    pipe.close_writing();
    reader.join();
    CHECK(got == large.size());
}

TEST_CASE("output: knows when nobody reads any more") {
    std::signal(SIGPIPE, SIG_IGN);
    Pipe pipe;
    Output output{pipe.writing(), never};
    CHECK_FALSE(output.reader_gone());
    pipe.close_reading();
    CHECK(output.reader_gone());
    CHECK(output.put(bytes_of("one"), Output::Newline::Appended));
    CHECK_FALSE(output.flush());
    CHECK_FALSE(output.put(bytes_of("two"), Output::Newline::Appended));
}

TEST_CASE("output: what cannot be written is a failure that names it") {
    Output output{-1, never};
    CHECK(output.put(bytes_of("one"), Output::Newline::None));
    CHECK(fault_of([&] { return output.flush(); }) == "standard output: Bad file descriptor");
}
