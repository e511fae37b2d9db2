// A file in systemd's ini style: sections of Key=Value lines, comments with # or ;. What stands in
// it, with its lines; what it means is for others.
#pragma once

#include <string>
#include <vector>

#include "daemon/mistakes.hpp"

namespace shmbusd {

struct IniEntry {
    int line = 0;
    std::string key;
    std::string value;
};

struct IniSection {
    int line = 0;
    std::string name;
    std::vector<IniEntry> entries;
    bool bare = true;  // there is no line in it, good or bad, but comments
};

// The sections in their order, with lines that are no such thing noted and passed over. A file that
// cannot be read is a mistake and empty.
[[nodiscard]] std::vector<IniSection> read_ini(const std::string& path, Mistakes& mistakes);

// The files in `directory` that end so, by name; none when there is no such directory. One that
// cannot be read is a mistake.
[[nodiscard]] std::vector<std::string> list_files(const std::string& directory,
                                                  const std::string& ending, Mistakes& mistakes);

}  // namespace shmbusd
