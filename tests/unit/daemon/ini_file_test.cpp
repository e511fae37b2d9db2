#include "daemon/ini_file.hpp"

#include <string>

#include <doctest/doctest.h>

#include "text_files.hpp"

namespace shmbusd {
namespace {

// "[A]@1 x=1@2 y=2@3", with the mistakes in a line each behind it.
std::string read(const std::string& text) {
    const TextFiles files;
    Mistakes mistakes;
    std::string all;
    for (const auto& [line, name, entries, bare] : read_ini(files.write("f", text), mistakes)) {
        all += "[" + name + "]@" + std::to_string(line) + " ";
        CHECK(bare == entries.empty());
        for (const auto& entry : entries)
            all += entry.key + "=" + entry.value + "@" + std::to_string(entry.line) + " ";
    }
    return all + (mistakes.texts().empty() ? "" : "\n") + files.told(mistakes);
}

TEST_CASE("ini file: sections, keys and values with their lines") {
    CHECK(read("[A]\nx=1\ny=2\n\n[B c/d]\nx=3\n") == "[A]@1 x=1@2 y=2@3 [B c/d]@5 x=3@6 ");
}

TEST_CASE("ini file: blanks, comments, empty lines and DOS line ends are passed over") {
    CHECK(read("# c\n; c\n  [A]  \r\n\t x \t=  1 2 \r\n  # c\n\n x=\n") == "[A]@3 x=1 2@4 x=@7 ");
}

TEST_CASE("ini file: an indented line is a line of its own") {
    CHECK(read("[A]\nx=1\n  y=2\n  z\n") ==
          "[A]@1 x=1@2 y=2@3 \nf:4: this is not \"[Section]\" or \"Key=Value\"\n");
}

TEST_CASE("ini file: a value may have = and : in it") {
    CHECK(read("[A]\nx=a:r b=c\n") == "[A]@1 x=a:r b=c@2 ");
}

TEST_CASE("ini file: every line that is none is named") {
    const std::string none = ": this is not \"[Section]\" or \"Key=Value\"\n";
    CHECK(read("[A]\nfoo\nx=1\nbar") == "[A]@1 x=1@3 \nf:2" + none + "f:4" + none);
}

TEST_CASE("ini file: what stands below a section that is none belongs to nobody") {
    CHECK(read("[A]\nx=1\n[B\ny=2\n[C]\nz=3\n") ==
          "[A]@1 x=1@2 [C]@5 z=3@6 \nf:3: this is not \"[Section]\" or \"Key=Value\"\n");
}

TEST_CASE("ini file: a key above all sections is named") {
    CHECK(read("x=1\n[A]\n") == "[A]@2 \nf:1: \"x=\" stands in no section\n");
}

TEST_CASE("ini file: a long section's name is whole") {
    const auto name = "Create " + std::string(150, 'a');
    CHECK(read("[" + name + "]\n") == "[" + name + "]@1 ");
}

TEST_CASE("ini file: a line that is too long is named and not cut") {
    const auto text = read("[A]\nx=" + std::string(5'000, '1') + "\ny=2\n");
    CHECK(text.starts_with("[A]@1 y=2@3 \nf:2: the line is longer than "));
}

TEST_CASE("ini file: a line with a NUL in it is named") {
    const auto text = read(std::string{"[A]\nx=1\0y\ny=2\n", 15});
    CHECK(text.starts_with("[A]@1 y=2@3 \nf:2: the line is longer than "));
}

TEST_CASE("ini file: a file that cannot be read is named") {
    const TextFiles files;
    Mistakes mistakes;
    CHECK(read_ini(files / "none", mistakes).empty());
    CHECK(files.told(mistakes) == "none: No such file or directory\n");
}

TEST_CASE("ini file: files are listed by name, of one ending") {
    const TextFiles files;
    for (const char* name : {"b.conf", "a.conf", "c.conf~", "d.txt"}) files.write(name, "");
    Mistakes mistakes;
    CHECK(list_files(files / ".", ".conf", mistakes) ==
          std::vector<std::string>{files / "./a.conf", files / "./b.conf"});
    CHECK(list_files(files / "none", ".conf", mistakes).empty());
    CHECK(mistakes.texts().empty());
    CHECK(list_files(files / "a.conf", ".conf", mistakes).empty());
    CHECK(files.told(mistakes) == "a.conf: Not a directory\n");
}

TEST_CASE("ini file: a directory in a file's place is named") {
    const TextFiles files;
    files.write("a.conf/b", "");
    Mistakes mistakes;
    CHECK(read_ini(files / "a.conf", mistakes).empty());
    CHECK(files.told(mistakes) == "a.conf: it cannot be read to its end\n");
}

}  // namespace
}  // namespace shmbusd
