#include "daemon/config.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include <doctest/doctest.h>

#include <bus/error.hpp>

namespace shmbusd {
namespace {

class ConfigFile {
public:
    explicit ConfigFile(const std::string& text)
        : path_{std::filesystem::temp_directory_path() /
                ("shmbus-unit-" + std::to_string(::getpid()) + ".conf")} {
        std::ofstream{path_} << text;
    }
    ConfigFile(const ConfigFile&) = delete;
    ConfigFile& operator=(const ConfigFile&) = delete;
    ~ConfigFile() { std::filesystem::remove(path_); }
    [[nodiscard]] const std::string& path() const { return path_.native(); }

private:
    std::filesystem::path path_;
};

Config read(const std::string& text) { return read_config(ConfigFile{text}.path()); }

// What a file with this text is refused for, without its path: ":LINE: FAULT".
std::string fault(const std::string& text) {
    const ConfigFile file{text};
    try {
        (void)read_config(file.path());
    } catch (const bus::Error& error) {
        CHECK(error.errc() == bus::Errc::InvalidArgument);
        const std::string what = error.what();
        CHECK(what.starts_with(file.path()));
        return what.substr(file.path().size());
    }
    return "";
}

TEST_CASE("config: an empty file is the defaults") {
    const auto config = read("");
    CHECK(config.limits.regions == 1024);
    CHECK(config.limits.attachments == 4096);
    CHECK(config.limits.segment == 1073741824);
    CHECK(config.limits.total == 17179869184);
    CHECK(config.log_level == "info");
}

TEST_CASE("config: every key is read, with comments and space around") {
    const auto config = read(
        "# limits\n[Limits]\nMaxRegions = 5\nMaxAttachments=6\n\nMaxSegmentSize=7M\n"
        "MaxTotalSize=8G\n; log\n[Log]\nLevel=debug\n");
    CHECK(config.limits.regions == 5);
    CHECK(config.limits.attachments == 6);
    CHECK(config.limits.segment == 7 * 1024 * 1024);
    CHECK(config.limits.total == 8589934592);
    CHECK(config.log_level == "debug");
}

TEST_CASE("config: sizes take K, M, G and T") {
    CHECK(read("[Limits]\nMaxTotalSize=1\n").limits.total == 1);
    CHECK(read("[Limits]\nMaxTotalSize=1K\n").limits.total == 1024);
    CHECK(read("[Limits]\nMaxTotalSize=1M\n").limits.total == 1048576);
    CHECK(read("[Limits]\nMaxTotalSize=1G\n").limits.total == 1073741824);
    CHECK(read("[Limits]\nMaxTotalSize=1T\n").limits.total == 1099511627776);
}

TEST_CASE("config: a value that is no size is refused with file and line") {
    for (const std::string value :
         {"0", "-1", "x", "1X", "1KB", "1 K", "1.5", "18446744073709551616", "99999999999T"}) {
        CAPTURE(value);
        CHECK(fault("[Limits]\nMaxRegions=" + value + "\n") ==
              ":2: \"" + value + "\" is not a positive whole number (K, M, G, T)");
    }
}

TEST_CASE("config: every log level is accepted, and nothing else") {
    for (const std::string level : {"trace", "debug", "info", "warning", "error"})
        CHECK(read("[Log]\nLevel=" + level + "\n").log_level == level);
    CHECK(fault("[Log]\nLevel=loud\n") ==
          ":2: \"loud\" is not trace, debug, info, warning or error");
}

TEST_CASE("config: an unknown key is refused with its section") {
    CHECK(fault("[Limits]\n\nMaxFun=1\n") == ":3: [Limits] has no key \"MaxFun\"");
    CHECK(fault("[Log]\nColour=red\n") == ":2: [Log] has no key \"Colour\"");
}

TEST_CASE("config: an unknown section is refused") {
    CHECK(fault("[Fun]\nA=1\n") == ":2: there is no section [Fun]");
}

TEST_CASE("config: a line that is no assignment is refused") {
    CHECK(fault("[Log]\nLevel\n") == ":2: this is not \"Key=Value\"");
}

TEST_CASE("config: the first fault is the one that is named, with its own line") {
    CHECK(fault("[Log]\nLevel=loud\nLevel=debug\n") ==
          ":2: \"loud\" is not trace, debug, info, warning or error");
    CHECK(fault("[Log]\nLevel=loud\nColour=red\n") ==
          ":2: \"loud\" is not trace, debug, info, warning or error");
    CHECK(fault("[Log]\nLevel\nColour=red\n") == ":2: this is not \"Key=Value\"");
}

TEST_CASE("config: a file that is not there is refused with the reason") {
    try {
        (void)read_config("/nowhere/shmbusd.conf");
        FAIL("read nothing");
    } catch (const bus::Error& error) {
        CHECK(std::string{error.what()} == "/nowhere/shmbusd.conf: No such file or directory");
    }
}

}  // namespace
}  // namespace shmbusd
