// Configuration files, declared regions, and what a reload does with them.
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"
#include "wire_client.hpp"

using namespace integration;
using bus::Rights;

namespace {

constexpr const char* camera =
    "[Region]\nName=camera/front\nKind=topic\nType=sensor.Image\nSize=64\nSlots=4\n";

bool has(const std::string& text, const std::string& word) {
    return text.find(word) != std::string::npos;
}

}  // namespace

TEST_CASE("configuration: a good one is checked without a word") {
    Stage stage{"[Limits]\nMaxRegions=5\n"};
    stage.declare("camera.region", camera);
    const auto report = stage.run_daemon({"--check-config"});
    CHECK(report.code == 0);
    CHECK(report.text == "");
}

TEST_CASE("configuration: the check names file and line of every mistake, of all files") {
    Stage stage{"[Log]\nLevel=loud\nnonsense\n[Fun]\n[Quota nosuch]\n"};
    stage.declare("bad.region", "[Region]\nName=bad\nKind=topic\nSize=0\nColour=red\n");
    stage.declare("camera.region", camera);
    const auto report = stage.run_daemon({"--check-config"});
    CHECK(report.code == 1);
    auto text = report.text;
    const auto folder = stage.bus().directory() / "";
    for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder))
        text.erase(at, folder.size());
    CHECK(text ==
          "shmbusd.conf:3: this is not \"[Section]\" or \"Key=Value\"\n"
          "shmbusd.conf:2: \"loud\" is not trace, debug, info, warning or error\n"
          "shmbusd.conf:4: there is no section [Fun]\n"
          "shmbusd.conf:5: \"nosuch\": there is no such user\n"
          "regions.d/bad.region:4: \"0\" is not a positive whole number (K, M, G, T)\n"
          "regions.d/bad.region:5: [Region] has no key \"Colour\"\n");
}

TEST_CASE("configuration: mistakes keep no daemon from starting, and are in its log") {
    Stage stage{"[Limits]\nMaxRegions=x\nMaxAttachments=7\nnonsense\n"};
    auto limits = WireClient{stage.address()}.figures("Limits");
    CHECK(limits["regions"] == 1024);
    CHECK(limits["attachments"] == 7);
    const auto log = stage.daemon().output();
    CHECK(has(log, "shmbusd.conf:2: \"x\" is not a positive whole number"));
    CHECK(has(log, "shmbusd.conf:4: this is not"));
}

TEST_CASE("configuration: a file that is named and not there is a mistake like any other") {
    Stage stage;
    const auto report = stage.bus().run({SHMBUSD, "--check-config", "--session",
                                         "--config=/no/such/file", "--regions=/no/such/folder"});
    CHECK(report.code == 1);
    CHECK(report.text == "/no/such/file: No such file or directory\n");
}

TEST_CASE("configuration: declared regions are there from the start, the good ones of them") {
    Stage stage;
    stage.terminate_daemon();
    stage.declare("bad.region", "[Region]\nName=bad\n");
    stage.declare("camera.region",
                  std::string{camera} + "[Access]\nOwner=60001\nMode=0644\nUsers=60002:rw\n");
    stage.start_daemon();
    const auto status = stage.connect().status("camera/front");
    CHECK(stage.connect().regions().size() == 1);
    CHECK(status.region.type == "sensor.Image");
    CHECK(status.slots == 4);
    CHECK(status.access.owner == 60'001);
    CHECK(status.access.mode == 0644);
    CHECK(status.access.users == std::map<::uid_t, Rights>{{60'002, Rights::ReadWrite}});
    CHECK(has(stage.daemon().output(), "bad.region:1: [Region] has no Kind="));
}

TEST_CASE("configuration: what says no owner belongs to the daemon's user on a bus of one's own") {
    Stage stage;
    stage.declare("camera.region", camera);
    stage.reload();
    CHECK(stage.connect().access("camera/front").owner == ::geteuid());
}

TEST_CASE("configuration: a reload brings new regions, and their stream goes on over the next") {
    Stage stage;
    bus::Watch watch{stage.connect()};
    stage.declare("camera.region", camera);
    stage.reload();
    const auto event = watch.next(std::chrono::seconds{30});
    REQUIRE(event);
    CHECK(event->what == bus::Event::What::RegionAdded);
    CHECK(event->region == "camera/front");
    bus::BytesPublisher publisher{stage.connect(), "camera/front"};
    bus::BytesSubscriber feed{stage.connect(), "camera/front"};
    publish_cargo(publisher, 1, 1, 3);
    stage.reload();
    publish_cargo(publisher, 1, 4, 4);
    Ledger ledger;
    take_cargo(feed, ledger, 4);
}

TEST_CASE(
    "configuration: a reload gives declared regions their access, and says what cannot change") {
    Stage stage;
    stage.declare("camera.region", camera);
    stage.reload();
    CHECK(stage.connect().access("camera/front").mode == 0600);
    stage.declare("camera.region",
                  "[Region]\nName=camera/front\nKind=topic\nType=sensor.Image\nSize=128\nSlots=8\n"
                  "[Access]\nMode=0666\nGroups=60044:r\n");
    stage.reload();
    const auto status = stage.connect().status("camera/front");
    CHECK(status.access.mode == 0666);
    CHECK(status.access.groups == std::map<::gid_t, Rights>{{60'044, Rights::Read}});
    CHECK(status.options.size == 64);
    const auto log = stage.daemon().output();
    for (const char* key : {"Size", "Slots"}) {
        CAPTURE(key);
        CHECK(has(log, "camera.region: " + std::string{key} +
                           "= cannot change while region camera/front is there"));
    }
    CHECK_FALSE(has(log, "Type= cannot"));
}

TEST_CASE("configuration: a declared region that is removed comes back with a reload") {
    Stage stage;
    stage.declare("camera.region", camera);
    stage.reload();
    stage.connect().remove("camera/front");
    CHECK_FALSE(stage.connect().contains("camera/front"));
    stage.reload();
    CHECK(stage.connect().contains("camera/front"));
}

TEST_CASE(
    "configuration: a declared region that the limits have no room for is said, and no more") {
    Stage stage{"[Limits]\nMaxRegions=1\n"};
    stage.declare("a.region", "[Region]\nName=a\nKind=topic\nSize=8\n");
    stage.declare("b.region", "[Region]\nName=b\nKind=topic\nSize=8\n");
    stage.reload();
    CHECK(stage.connect().contains("a"));
    CHECK_FALSE(stage.connect().contains("b"));
    CHECK(has(stage.daemon().output(), "b.region: b: the service has 1 regions, its limit"));
}

TEST_CASE("configuration: a reload changes limits and the log's level") {
    Stage stage;
    stage.configure("[Limits]\nMaxRegions=0\nMaxSegmentSize=1M\n[Log]\nLevel=debug\n");
    stage.reload();
    auto limits = WireClient{stage.address()}.figures("Limits");
    CHECK(limits["regions"] == 1024);
    CHECK(limits["segment"] == 1048576);
    CHECK(has(stage.daemon().output(), "shmbusd.conf:2: \"0\" is not"));
    CHECK_THROWS_AS(stage.connect().create_topic("a", {.size = 2 << 20}), bus::Error);
    CHECK(has(stage.daemon().output(), "refused: "));
}
