// shmbusctl's verbs of access and quota, as they are typed.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "stage.hpp"
#include "user.hpp"

using namespace integration;
using bus::Rights;

namespace {

// Columns are as wide as what stands in them.
std::string single_blanks(const std::string& text) {
    std::string single;
    for (const char c : text)
        if (c != ' ' || single.empty() || single.back() != ' ') single += c;
    return single;
}

class Terminal {
public:
    explicit Terminal(const std::string& config = {}) : stage{config} {}
    PrivateBus::Report run(std::vector<std::string> words) {
        words.insert(words.begin(), {SHMBUSCTL, "--address=" + stage.address()});
        return stage.bus().run(std::move(words));
    }
    // What it prints. Requires: it succeeds.
    std::string text(const std::vector<std::string>& words) {
        const auto report = run(words);
        CAPTURE(report.text);
        CHECK(report.code == 0);
        return report.text;
    }
    // What it complains of.
    std::string fault(const std::vector<std::string>& words) {
        const auto report = run(words);
        CHECK(report.code == 1);
        return report.text;
    }

    Stage stage;
};

}  // namespace

TEST_CASE("shmbusctl: create takes access along, and access shows it") {
    Terminal terminal;
    terminal.text({"create", "topic", "--size=64", "--mode=0640", "--group=60044",
                   "--user=60001:rw", "--user=60002:-", "--group-access=60045:r"});
    const auto text = single_blanks(terminal.text({"access", "topic", "--no-legend"}));
    CHECK(text.starts_with("owner "));
    CHECK(text.substr(text.find(" rw")) ==
          " rw\nuser 60001 rw\nuser 60002 -\ngroup 60044 r\ngroup 60045 r\nothers - -\n");
    CHECK(terminal.text({"access", "topic", "--json=short"})
              .ends_with("\"group\":\"60044\",\"gid\":60044,\"mode\":\"0640\",\"users\":[{"
                         "\"user\":\"60001\",\"uid\":60001,\"rights\":\"rw\"},{\"user\":\"60002\","
                         "\"uid\":60002,\"rights\":\"-\"}],\"groups\":[{\"group\":\"60045\","
                         "\"gid\":60045,\"rights\":\"r\"}]}\n"));
}

TEST_CASE("shmbusctl: access changes what it is told and leaves the rest") {
    Terminal terminal;
    auto connection = terminal.stage.connect();
    connection.create_topic("topic", {.size = 64, .users = {{"60001", Rights::Read}}});
    CHECK(terminal.text({"access", "topic", "--mode=0644", "--group=60044"}) == "");
    auto access = connection.access("topic");
    CHECK(access.mode == 0644);
    CHECK(access.group == 60'044);
    CHECK(access.users.size() == 1);
    terminal.text({"access", "topic", "--user=60002:rw", "--group-access=60045:w"});
    access = connection.access("topic");
    CHECK(access.users ==
          std::map<::uid_t, Rights>{{60'001, Rights::Read}, {60'002, Rights::ReadWrite}});
    CHECK(access.groups == std::map<::gid_t, Rights>{{60'045, Rights::Write}});
    terminal.text({"access", "topic", "--clear", "--user=root:r"});
    access = connection.access("topic");
    CHECK(access.users == std::map<::uid_t, Rights>{{0, Rights::Read}});
    CHECK(access.groups.empty());
    CHECK(access.mode == 0644);
}

TEST_CASE("shmbusctl: access says in one line what is wrong") {
    Terminal terminal;
    terminal.stage.connect().create_topic("topic", {.size = 64});
    CHECK(terminal.fault({"access", "topic", "--user=bob"}) ==
          "shmbusctl: --user=bob: must be NAME:r, NAME:w, NAME:rw or NAME:-\n");
    CHECK(terminal.fault({"access", "topic", "--user=nosuch:r"}) ==
          "shmbusctl: \"nosuch\": there is no such user\n");
    CHECK(terminal.fault({"access", "none"}) == "shmbusctl: none: no such region\n");
}

TEST_CASE("shmbusctl: quota shows what users have, of how much") {
    Terminal terminal{"[Quota]\nMaxRegions=2\nMaxAttachments=3\nMaxBytes=1M\n"};
    auto connection = terminal.stage.connect();
    connection.create_topic("topic", {.size = 64});
    if (!can_become_others()) return;
    connection.set_access("topic", {.owner = "60001"});
    CHECK(terminal.text({"quota", "--no-legend"}) == "60001 1/2 0/3 4K/1M\n");
    CHECK(terminal.text({"quota", "60001", "--json=short"}) ==
          "[{\"user\":\"60001\",\"uid\":60001,\"regions\":1,\"attachments\":0,\"bytes\":4096,"
          "\"max_regions\":2,\"max_attachments\":3,\"max_bytes\":1048576}]\n");
    connection.create_topic("other", {.size = 64});
    CHECK(terminal.text({"quota", "root", "--no-legend"}) == "root 1/- 0/- 4K/-\n");
    CHECK(terminal.fault({"quota", "60002"}) ==
          "shmbusctl: 60002: this user has nothing, or is not yours to see\n");
}
