// The command line.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "bench/scene.hpp"

namespace bench {

struct Options {
    Tempo tempo = Tempo::Full;
    std::string only = "*";  // glob of row names
    bool list = false;
    std::optional<std::string> json;  // a file, or "-" for standard output instead of the table
    std::string daemon;
    std::array<int, 2> cores{};
    std::string counted;         // the row to run for a tracer; empty: the ordinary run
    std::uint64_t messages = 0;  // of the counted row
    std::string address;         // of the counted row's bus
};

// What the command line says, or the exit code with which it has ended (--help, a mistake).
struct Parsed {
    Options options;
    std::optional<int> exit_code;
};

[[nodiscard]] Parsed parse_options(int argc, char** argv);

}  // namespace bench
