#include "daemon/config.hpp"

#include <string>

#include <doctest/doctest.h>

#include "text_files.hpp"

namespace shmbusd {
namespace {

constexpr const char* main_file = "shmbusd.conf";

// A configuration with its drop-ins.
struct Reading {
    explicit Reading(const std::string& text) { files.write(main_file, text); }
    Reading& drop_in(const std::string& name, const std::string& text) {
        files.write("shmbusd.conf.d/" + name, text);
        return *this;
    }
    Config read() { return read_config(files / main_file, Presence::Required, mistakes); }
    // What is wrong, one mistake a line.
    std::string faults() {
        static_cast<void>(read());
        return files.told(mistakes);
    }
    TextFiles files;
    Mistakes mistakes;
};

// Requires: a good file.
Config read(const std::string& text) {
    Reading reading{text};
    auto config = reading.read();
    CHECK(reading.files.told(reading.mistakes) == "");
    return config;
}

std::string faults(const std::string& text) { return Reading{text}.faults(); }

TEST_CASE("config: an empty file is the defaults") {
    const auto config = read("");
    const auto& limits = config.rules.limits;
    CHECK(limits.regions == 1024);
    CHECK(limits.attachments == 4096);
    CHECK(limits.segment == 1073741824);
    CHECK(limits.total == 17179869184);
    CHECK(config.rules.quotas.everyone == bus::Resources{128, 512, 4294967296});
    CHECK(config.rules.quotas.exceptions.empty());
    CHECK(config.rules.create.by_prefix.empty());
    CHECK(config.log_level == "info");
}

TEST_CASE("config: every key of the service is read, with comments and space around") {
    const auto config = read(
        "# limits\n[Limits]\nMaxRegions = 5\nMaxAttachments=6\n\nMaxSegmentSize=7M\n"
        "MaxTotalSize=8G\n; log\n[Log]\nLevel=debug\n");
    const auto& limits = config.rules.limits;
    CHECK(limits.regions == 5);
    CHECK(limits.attachments == 6);
    CHECK(limits.segment == 7 * 1024 * 1024);
    CHECK(limits.total == 8589934592);
    CHECK(config.log_level == "debug");
}

TEST_CASE("config: quotas of everyone and of one user") {
    const auto quotas = read(
                            "[Quota]\nMaxRegions=1\nMaxAttachments=2\nMaxBytes=3K\n"
                            "[Quota nobody]\nMaxBytes=8G\n[Quota 4000000001]\nMaxRegions=0\n")
                            .rules.quotas;
    CHECK(quotas.everyone == bus::Resources{1, 2, 3072});
    CHECK(quotas.of(4'000'000'001) == bus::Resources{0, 2, 3072});
    CHECK(quotas.exceptions.size() == 2);
    for (const auto& [user, exception] : quotas.exceptions)
        if (user != 4'000'000'001) CHECK(quotas.of(user) == bus::Resources{1, 2, 8589934592});
}

TEST_CASE("config: who may create, by prefix") {
    const auto rules = read(
                           "[Create]\nUsers=*\n[Create camera/]\nUsers=nobody, 7 8\nGroups=root\n"
                           "[Create closed/]\n")
                           .rules.create.by_prefix;
    CHECK(rules.size() == 3);
    CHECK(rules.at("").everyone);
    CHECK_FALSE(rules.at("camera/").everyone);
    CHECK(rules.at("camera/").users.size() == 3);
    CHECK(rules.at("camera/").users.contains(7));
    CHECK(rules.at("camera/").groups == std::set<gid_t>{0});
    CHECK(rules.at("closed/").users.empty());
}

TEST_CASE("config: a rule of creation that names nobody lets nobody") {
    for (const std::string text : {"[Create]\nUsers=\n", "[Create]\nGroups=root\n"}) {
        CAPTURE(text);
        CHECK_FALSE(read(text).rules.create.by_prefix.at("").everyone);
    }
    Reading mistaken{"[Create]\nUsers alice\n"};
    CHECK_FALSE(mistaken.read().rules.create.by_prefix.at("").everyone);
}

TEST_CASE("config: [Create] with nothing but comments in it says nothing") {
    CHECK(read("[Create]\n#Users=*\n\n").rules.create.by_prefix.empty());
}

TEST_CASE("config: a list's lines in one file add up") {
    const auto rule = read("[Create]\nUsers=1 2\nUsers=3\n").rules.create.by_prefix.at("");
    CHECK(rule.users == std::set<uid_t>{1, 2, 3});
}

TEST_CASE("config: drop-ins follow in the order of their names, and the later wins") {
    Reading reading{"[Limits]\nMaxRegions=1\nMaxAttachments=1\n[Create]\nUsers=1\nGroups=1\n"};
    reading.drop_in("20-b.conf", "[Limits]\nMaxRegions=3\n[Create]\nUsers=3\n")
        .drop_in("10-a.conf", "[Limits]\nMaxRegions=2\n[Quota]\nMaxRegions=9\n[Create]\nUsers=2\n")
        .drop_in("30-c.conf.bak", "[Limits]\nMaxRegions=4\n");
    const auto rules = reading.read().rules;
    CHECK(reading.mistakes.texts().empty());
    CHECK(rules.limits.regions == 3);
    CHECK(rules.limits.attachments == 1);
    CHECK(rules.quotas.everyone.regions == 9);
    CHECK(rules.create.by_prefix.at("").users == std::set<uid_t>{3});
    CHECK(rules.create.by_prefix.at("").groups == std::set<gid_t>{1});
}

TEST_CASE("config: drop-ins need no main file") {
    const TextFiles files;
    files.write("f.d/a.conf", "[Limits]\nMaxRegions=2\n");
    Mistakes mistakes;
    CHECK(read_config(files / "f", Presence::Optional, mistakes).rules.limits.regions == 2);
    CHECK(mistakes.texts().empty());
    static_cast<void>(read_config(files / "f", Presence::Required, mistakes));
    CHECK(files.told(mistakes) == "f: No such file or directory\n");
}

TEST_CASE("config: every log level is accepted, and nothing else") {
    for (const std::string level : {"trace", "debug", "info", "warning", "error"})
        CHECK(read("[Log]\nLevel=" + level + "\n").log_level == level);
    CHECK(faults("[Log]\nLevel=loud\n") ==
          "shmbusd.conf:2: \"loud\" is not trace, debug, info, warning or error\n");
}

TEST_CASE("config: unknown keys and sections are named") {
    CHECK(faults("[Limits]\n\nMaxFun=1\n") == "shmbusd.conf:3: [Limits] has no key \"MaxFun\"\n");
    CHECK(faults("[Log]\nColour=red\n") == "shmbusd.conf:2: [Log] has no key \"Colour\"\n");
    CHECK(faults("[Quota]\nMaxFun=1\n") == "shmbusd.conf:2: [Quota] has no key \"MaxFun\"\n");
    CHECK(faults("[Quota 7]\nMaxFun=1\n") == "shmbusd.conf:2: [Quota 7] has no key \"MaxFun\"\n");
    CHECK(faults("[Create]\nWho=1\n") == "shmbusd.conf:2: [Create] has no key \"Who\"\n");
    CHECK(faults("[Fun]\nA=1\nB=2\n") == "shmbusd.conf:1: there is no section [Fun]\n");
    CHECK(faults("[Quotas]\n") == "shmbusd.conf:1: there is no section [Quotas]\n");
}

TEST_CASE("config: unknown users and groups are named, and the others of the line count") {
    Reading reading{"[Create]\nUsers=nosuch 7\nGroups=nosuch\n[Quota nosuch]\nMaxBytes=1\n"};
    const auto rule = reading.read().rules.create.by_prefix.at("");
    CHECK(reading.files.told(reading.mistakes) ==
          "shmbusd.conf:2: \"nosuch\": there is no such user\n"
          "shmbusd.conf:3: \"nosuch\": there is no such group\n"
          "shmbusd.conf:4: \"nosuch\": there is no such user\n");
    CHECK(rule.users == std::set<uid_t>{7});
    CHECK_FALSE(rule.everyone);
}

TEST_CASE("config: what no region and no user can be is named") {
    CHECK(faults("[Create a//]\n") == "shmbusd.conf:1: [Create a//]: no region's name begins so\n");
    CHECK(faults("[Create  a]\n") == "shmbusd.conf:1: [Create  a]: no region's name begins so\n");
    CHECK(faults("[Quota root]\n") == "shmbusd.conf:1: [Quota root]: root has no quota\n");
}

TEST_CASE("config: every mistake of every file is named, and what is good counts") {
    Reading reading{"[Log]\nLevel=loud\nnonsense\n[Limits]\nMaxRegions=x\nMaxAttachments=7\n"};
    reading.drop_in("a.conf", "[Fun]\n[Limits]\nMaxSegmentSize=1M\nMaxTotalSize=0\n");
    const auto config = reading.read();
    CHECK(reading.files.told(reading.mistakes) ==
          "shmbusd.conf:3: this is not \"[Section]\" or \"Key=Value\"\n"
          "shmbusd.conf:2: \"loud\" is not trace, debug, info, warning or error\n"
          "shmbusd.conf:5: \"x\" is not a positive whole number (K, M, G, T)\n"
          "shmbusd.conf.d/a.conf:1: there is no section [Fun]\n"
          "shmbusd.conf.d/a.conf:4: \"0\" is not a positive whole number (K, M, G, T)\n");
    CHECK(config.log_level == "info");
    CHECK(config.rules.limits.regions == 1024);
    CHECK(config.rules.limits.attachments == 7);
    CHECK(config.rules.limits.segment == 1048576);
}

}  // namespace
}  // namespace shmbusd
