// inih splits lines and strips comments; it knows no line of a mistake but the first, cuts long
// lines and long names of sections, and takes an indented line for more of the last. So each line
// is looked at before inih gets it, and is a mistake when inih makes nothing of it.
#include "daemon/ini_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include <ini.h>

namespace shmbusd {
namespace {

constexpr const char* no_line = "this is not \"[Section]\" or \"Key=Value\"";

std::string_view stripped(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\v\f";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

class Reading {
public:
    Reading(const std::string& path, Mistakes& mistakes)
        : path_{path}, mistakes_{mistakes}, file_{path} {
        if (!file_.is_open()) mistakes_.add(path_, 0, std::strerror(errno));
    }

    // As fgets(), which is what inih asks for.
    char* next(char* to, int size) {
        judge();
        std::string text;
        if (!file_.is_open()) return nullptr;
        if (!std::getline(file_, text)) {
            if (file_.bad()) mistakes_.add(path_, 0, "it cannot be read to its end");
            return nullptr;
        }
        ++line_;
        const auto line = look_at(stripped(text), static_cast<std::size_t>(size) - 1);
        *std::ranges::copy(line, to).out = '\0';
        return to;
    }

    void take(const char* key, const char* value) {
        open_ = false;
        if (sections_.empty())
            mistakes_.add(path_, line_, "\"" + std::string{key} + "=\" stands in no section");
        else if (!lost_)
            sections_.back().entries.push_back({line_, key, value});
    }

    std::vector<IniSection> finish() {
        judge();
        return std::move(sections_);
    }

private:
    // What inih is to see of it.
    std::string_view look_at(std::string_view line, std::size_t longest) {
        if (line.size() > longest || line.find('\0') != std::string_view::npos) {
            mistakes_.add(
                path_, line_,
                "the line is longer than " + std::to_string(longest) + " bytes or has a NUL in it");
            return {};
        }
        const bool comment = line.empty() || line.front() == '#' || line.front() == ';';
        if (!comment && line.front() == '[') return look_at_section(line);
        open_ = !comment;
        if (!comment && !sections_.empty()) sections_.back().bare = false;
        return line;
    }

    std::string_view look_at_section(std::string_view line) {
        lost_ = line.back() != ']';
        if (lost_) mistakes_.add(path_, line_, no_line);
        if (!lost_) sections_.push_back({line_, std::string{line.substr(1, line.size() - 2)}});
        return {};
    }

    // Of the line before, which inih has had.
    void judge() {
        if (open_) mistakes_.add(path_, line_, no_line);
        open_ = false;
    }

    const std::string& path_;
    Mistakes& mistakes_;
    std::ifstream file_;
    int line_ = 0;
    bool open_ = false;  // inih is to make something of the line
    bool lost_ = false;  // below a section's line that is none: whose keys these are nobody knows
    std::vector<IniSection> sections_;
};

char* next_line(char* to, int size, void* user) {
    return static_cast<Reading*>(user)->next(to, size);
}

int take_line(void* user, const char*, const char* key, const char* value) {
    if (key != nullptr && value != nullptr) static_cast<Reading*>(user)->take(key, value);
    return 1;
}

}  // namespace

std::vector<IniSection> read_ini(const std::string& path, Mistakes& mistakes) {
    Reading reading{path, mistakes};
    // Its result is the line of the first mistake, which is noted already.
    static_cast<void>(::ini_parse_stream(next_line, &reading, take_line, &reading));
    return reading.finish();
}

std::vector<std::string> list_files(const std::string& directory, const std::string& ending,
                                    Mistakes& mistakes) {
    std::vector<std::string> files;
    std::error_code fault;
    for (std::filesystem::directory_iterator entry{directory, fault}, end; !fault && entry != end;
         entry.increment(fault))
        if (entry->path().filename().string().ends_with(ending))
            files.push_back(entry->path().string());
    if (fault && fault != std::errc::no_such_file_or_directory)
        mistakes.add(directory, 0, fault.message());
    std::ranges::sort(files);
    return files;
}

}  // namespace shmbusd
