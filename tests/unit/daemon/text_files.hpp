// Files for a case, in a directory of its own that is gone in the end.
#pragma once

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "daemon/mistakes.hpp"

namespace shmbusd {

class TextFiles {
public:
    TextFiles() {
        if (::mkdtemp(path_.data()) == nullptr)
            throw std::system_error{errno, std::system_category(), path_};
    }
    TextFiles(const TextFiles&) = delete;
    TextFiles& operator=(const TextFiles&) = delete;
    ~TextFiles() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string operator/(const std::string& name) const {
        return path_ + "/" + name;
    }
    // Its path.
    std::string write(const std::string& name, const std::string& text) const {
        const std::filesystem::path file{*this / name};
        std::filesystem::create_directories(file.parent_path());
        std::ofstream{file} << text;
        return file;
    }
    // The mistakes, one a line, without the directory.
    [[nodiscard]] std::string told(const Mistakes& mistakes) const {
        std::string all;
        for (auto text : mistakes.texts()) {
            for (auto at = text.find(path_ + "/"); at != std::string::npos;
                 at = text.find(path_ + "/"))
                text.erase(at, path_.size() + 1);
            all += text + "\n";
        }
        return all;
    }

private:
    std::string path_ = (std::filesystem::temp_directory_path() / "shmbus-unit.XXXXXX").string();
};

}  // namespace shmbusd
