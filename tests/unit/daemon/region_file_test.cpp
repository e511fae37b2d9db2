#include "daemon/region_file.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "daemon/rules.hpp"
#include "text_files.hpp"

namespace shmbusd {
namespace {

using bus::Rights;

struct Reading {
    explicit Reading(const std::string& text) { files.write("etc/a.region", text); }
    std::vector<DeclaredRegion> read() {
        return read_region_files({{files / "etc", files / "lib"}, owner}, Limits{}.segment,
                                 mistakes);
    }
    [[nodiscard]] std::string told() const { return files.told(mistakes); }

    static constexpr uid_t owner = 0;
    TextFiles files;
    Mistakes mistakes;
};

const std::string small = "[Region]\nName=a\nKind=topic\nSize=8\n";

// Requires: a good file.
DeclaredRegion read(const std::string& text) {
    Reading reading{text};
    auto regions = reading.read();
    CHECK(reading.told() == "");
    return regions.at(0);
}

// What is wrong in a file that then declares nothing.
std::string faults(const std::string& text) {
    Reading reading{text};
    CHECK(reading.read().empty());
    return reading.told();
}

TEST_CASE("region file: name, kind and size are enough") {
    const auto region = read(small);
    CHECK(region.name == "a");
    CHECK(region.shape.size == 8);
    CHECK(list_differences(region.shape, {.size = 8}).empty());
    CHECK(region.access == AccessRule{.owner = 0, .group = 0, .mode = 0600});
    CHECK(region.file.ends_with("/etc/a.region"));
}

TEST_CASE("region file: every key is read") {
    const auto region = read(
        "[Region]\nName=camera/front\nKind=topic\nType=sensor.Image\nSize=8M\nAlignment=64\n"
        "History=1\nSlots=16\nOverflow=overwrite\nPublishers=1\nSubscribers=3\nHolds=2\n"
        "Patience=5s\nFence=full\n"
        "[Access]\nOwner=7\nGroup=8\nMode=0640\nUsers=9:r,10:rw\nUsers=11:-\nGroups=12:w\n");
    const auto& options = region.shape;
    CHECK(region.name == "camera/front");
    CHECK(options.type == "sensor.Image");
    CHECK(options.size == 8 * 1024 * 1024);
    CHECK(options.alignment == 64);
    CHECK(options.history == 1);
    CHECK(options.slots == 16);
    CHECK(options.overflow == bus::Overflow::Overwrite);
    CHECK(options.leading == 1);
    CHECK(options.following == 3);
    CHECK(options.holds == 2);
    CHECK(options.patience == std::chrono::seconds{5});
    CHECK(options.fence == bus::Fence::Full);
    CHECK(region.access ==
          AccessRule{.owner = 7,
                     .group = 8,
                     .mode = 0640,
                     .users = {{9, Rights::Read}, {10, Rights::ReadWrite}, {11, Rights::None}},
                     .groups = {{12, Rights::Write}}});
}

TEST_CASE("region file: an empty value is as good as an absent line") {
    CHECK(list_differences(read(small + "Slots=\nType=\nPatience=\n").shape, {.size = 8}).empty());
}

TEST_CASE("region file: it belongs to whom it says, with that user's group") {
    const auto region = read(small + "[Access]\nOwner=root\n");
    CHECK(region.access.owner == 0);
    CHECK(region.access.group == 0);
    const auto stranger = read(small + "[Access]\nOwner=4000000001\n");
    CHECK(stranger.access.group == static_cast<gid_t>(-1));
}

TEST_CASE("region file: what must be there and is not is named") {
    CHECK(faults("[Region]\nSize=8\n") ==
          "etc/a.region:1: [Region] has no Name=\netc/a.region:1: [Region] has no Kind=\n");
    CHECK(faults("[Region]\nName=a\nKind=topic\nSize=\n") ==
          "etc/a.region:1: [Region] has no Size=\n");
    CHECK(faults("") ==
          "etc/a.region: [Region] has no Name=\netc/a.region: [Region] has no Kind=\n"
          "etc/a.region: [Region] has no Size=\n");
}

TEST_CASE("region file: every mistake is named with its line") {
    CHECK(faults("[Region]\nName=a//b\nKind=pipe\nSize=x\nColour=red\nOverflow=explode\n"
                 "[Access]\nOwner=nosuch\nMode=999\nUsers=7 8:x 9:r\nGroups=nosuch:r\n[Fun]\n") ==
          "etc/a.region:2: \"a//b\": not a region name: a part between slashes is empty\n"
          "etc/a.region:3: \"pipe\" is not topic or service or raw\n"
          "etc/a.region:4: \"x\" is not a positive whole number (K, M, G, T)\n"
          "etc/a.region:5: [Region] has no key \"Colour\"\n"
          "etc/a.region:6: \"explode\" is not block or overwrite\n"
          "etc/a.region:8: \"nosuch\": there is no such user\n"
          "etc/a.region:9: \"999\" is not an octal number from 0 to 0777\n"
          "etc/a.region:10: \"7\" is not NAME:r, NAME:w, NAME:rw or NAME:-\n"
          "etc/a.region:11: \"nosuch\": there is no such group\n"
          "etc/a.region:12: there is no section [Fun]\n");
}

TEST_CASE("region file: a service and a raw region have keys of their own") {
    const auto service = read(
        "[Region]\nDepth=3\nName=a\nKind=service\nType=T\nSize=8\nAlignment=64\nClients=4\n"
        "Standbys=5\nFence=full\n");
    CHECK(service.shape == bus::abi::shape_of(bus::ServiceOptions{.size = 8,
                                                                  .alignment = 64,
                                                                  .depth = 3,
                                                                  .clients = 4,
                                                                  .standbys = 5,
                                                                  .type = "T",
                                                                  .fence = bus::Fence::Full}));
    const auto raw = read("[Region]\nName=a\nKind=raw\nSize=1M\nWriters=2\nReaders=3\n");
    CHECK(raw.shape ==
          bus::abi::shape_of(bus::RawOptions{.size = 1 << 20, .writers = 2, .readers = 3}));
}

TEST_CASE("region file: a key that access has not is named") {
    CHECK(faults("[Region]\nName=a\nKind=raw\nSize=8\n[Access]\nModes=0666\n") ==
          "etc/a.region:6: [Access] has no key \"Modes\"\n");
}

TEST_CASE("region file: a key of another kind is refused, wherever the kind stands") {
    CHECK(faults("[Region]\nHistory=1\nName=a\nSize=8\nKind=service\n") ==
          "etc/a.region:2: a region of kind service has no key \"History\"\n");
    CHECK(faults("[Region]\nName=a\nKind=raw\nSize=8\nClients=2\n") ==
          "etc/a.region:5: a region of kind raw has no key \"Clients\"\n");
}

TEST_CASE("region file: a standby count beyond its range is named at its own line") {
    CHECK(faults("[Region]\nName=a\nKind=service\nSize=8\nStandbys=16\n") ==
          "etc/a.region:5: standbys: 16 is not between 0 and 15\n");
}

TEST_CASE("region file: what is out of range is named at its own line") {
    CHECK(faults(small + "History=1\nAlignment=48\n") ==
          "etc/a.region:6: alignment: it is not a power of two\n");
    CHECK(faults(small + "Publishers=1000\n") ==
          "etc/a.region:5: publishers: 1000 is not between 1 and 256\n");
    CHECK(faults("[Region]\nName=a\nKind=topic\nSize=4T\n").starts_with("etc/a.region:4: size: "));
}

TEST_CASE("region file: one that is named twice, and too many, are refused") {
    CHECK(faults(small + "[Access]\nUsers=0:r root:rw\n") ==
          "etc/a.region:6: \"root\" is named twice\n");
    std::string many = "[Access]\nUsers=";
    for (int i = 1; i <= 33; ++i) many += std::to_string(i) + ":r ";
    CHECK(faults(small + many + "\n") ==
          "etc/a.region:5: users and groups: 33 are named, and 32 is the most\n");
}

TEST_CASE("region file: a bad file does not keep the good ones out") {
    Reading reading{"[Region]\nName=bad\n"};
    reading.files.write("etc/b.region", small);
    const auto regions = reading.read();
    REQUIRE(regions.size() == 1);
    CHECK(regions[0].name == "a");
}

TEST_CASE("region file: of files of one name the earlier directory's counts") {
    Reading reading{small};
    reading.files.write("lib/a.region", "[Region]\nName=hidden\nKind=topic\nSize=8\n");
    reading.files.write("lib/b.region", "[Region]\nName=b\nKind=topic\nSize=8\n");
    const auto regions = reading.read();
    REQUIRE(regions.size() == 2);
    CHECK(regions[0].name == "a");
    CHECK(regions[1].name == "b");
}

TEST_CASE("region file: a link to /dev/null hides a file of its name") {
    Reading reading{small};
    reading.files.write("lib/b.region", "[Region]\nName=b\nKind=topic\nSize=8\n");
    std::filesystem::create_symlink("/dev/null", reading.files / "etc/b.region");
    const auto regions = reading.read();
    REQUIRE(regions.size() == 1);
    CHECK(regions[0].name == "a");
    CHECK(reading.told() == "");
}

TEST_CASE("region file: a region that two files declare is named, and the first counts") {
    Reading reading{small};
    reading.files.write("etc/b.region", "[Region]\nName=a\nKind=topic\nSize=16\n");
    const auto regions = reading.read();
    REQUIRE(regions.size() == 1);
    CHECK(regions[0].shape.size == 8);
    CHECK(reading.told() == "etc/b.region:2: a is declared in etc/a.region already\n");
}

TEST_CASE("region file: directories that are not there hold nothing") {
    Mistakes mistakes;
    CHECK(read_region_files({{"/nowhere"}, 0}, Limits{}.segment, mistakes).empty());
    CHECK(mistakes.texts().empty());
}

TEST_CASE("region file: what cannot change is listed by its key") {
    bus::abi::Shape live{.size = 8};
    bus::abi::Shape declared{.size = 16, .slots = 4, .fence = bus::Fence::Full};
    CHECK(list_differences(live, declared) == std::vector<std::string>{"Size", "Slots", "Fence"});
    CHECK(list_differences(live, live).empty());
}

}  // namespace
}  // namespace shmbusd
