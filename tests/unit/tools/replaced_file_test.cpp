#include "replaced_file.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "fault.hpp"

namespace {

class Folder {
public:
    Folder() : path_{"/tmp/shmbus-replaced-XXXXXX"} { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string operator/(const char* leaf) const { return path_ + "/" + leaf; }
    [[nodiscard]] auto entries() const {
        return std::distance(std::filesystem::directory_iterator{path_}, {});
    }

private:
    std::string path_;
};

std::string read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("replaced file: it is made, and made anew, with nothing left beside it") {
    const Folder folder;
    const auto path = folder / "figures.prom";
    ctl::replace_file(path, "one\n");
    CHECK(read(path) == "one\n");
    ctl::replace_file(path, "two\n");
    CHECK(read(path) == "two\n");
    CHECK(folder.entries() == 1);
}

TEST_CASE("replaced file: who had it open goes on reading the earlier one") {
    const Folder folder;
    const auto path = folder / "figures.prom";
    ctl::replace_file(path, "one\n");
    std::ifstream earlier{path};
    ctl::replace_file(path, "two\n");
    std::string line;
    CHECK(std::getline(earlier, line));
    CHECK(line == "one");
}

TEST_CASE("replaced file: where it cannot be, the reason names it and nothing is left") {
    const Folder folder;
    const auto nowhere = folder / "none/figures.prom";
    CHECK(fault_of([&] {
              ctl::replace_file(nowhere, "one\n");
              return 0;
          }) == nowhere + ": No such file or directory");
    std::filesystem::create_directory(folder / "taken");
    CHECK(fault_of([&] {
              ctl::replace_file(folder / "taken", "one\n");
              return 0;
          }) == (folder / "taken") + ": Is a directory");
    CHECK(folder.entries() == 1);
}
