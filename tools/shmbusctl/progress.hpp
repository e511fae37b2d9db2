// What pub and sub tell on standard error: a line that moves while they run, and a last one.
#pragma once

#include <chrono>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

#include "globals.hpp"
#include "summary.hpp"

namespace CLI {
class App;
}

namespace ctl {

/// Where the summary goes besides; pub and sub declare it alike.
struct ProgressArguments {
    std::string summary_file;
    void declare(CLI::App& verb);
};

/// While it lives, nothing else may write to standard error.
class Progress {
public:
    /// `stream` is standard input or output, whichever carries the samples: where that is a
    /// terminal too, nothing may move on it. Opens the summary's file. Throws Failure.
    Progress(const Globals& globals, const ProgressArguments& arguments, int stream);

    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Shows how far it is. To be called about twice a second.
    void draw(const Traffic& traffic, std::optional<std::uint64_t> missed = {});
    /// The last line, or JSON. Throws Failure.
    void finish(const Summary& summary);

private:
    void clear();

    const Globals& globals_;
    std::string file_name_;
    std::ofstream file_;
    bool terminal_;  // standard error is one, and it is not to be quiet
    bool moving_;
    bool drawn_ = false;
    std::uint64_t samples_ = 0;  // when it was drawn last
    std::uint64_t bytes_ = 0;
    std::chrono::steady_clock::time_point at_;
};

}  // namespace ctl
