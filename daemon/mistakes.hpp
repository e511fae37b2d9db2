// What is wrong in the configuration, each with its file and line, for the log and for
// --check-config. Who finds one goes on: what is good counts.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <bus/error.hpp>

namespace shmbusd {

class Mistakes {
public:
    // `line` 0: of the file as a whole.
    void add(const std::string& file, int line, const std::string& what) {
        texts_.push_back(file + ":" + (line > 0 ? std::to_string(line) + ":" : "") + " " + what);
    }
    // Runs what reads something of this line, and notes what it is refused for. False: refused.
    bool note(const std::string& file, int line, const std::function<void()>& read) {
        try {
            read();
            return true;
        } catch (const bus::Error& error) {
            add(file, line, error.what());
            return false;
        }
    }

    // "FILE:LINE: WHAT", in the order of finding.
    [[nodiscard]] const std::vector<std::string>& texts() const noexcept { return texts_; }

private:
    std::vector<std::string> texts_;
};

}  // namespace shmbusd
