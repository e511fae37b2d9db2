// The daemon seen through busctl alone, as an administrator without any of our programs sees it.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"

using namespace integration;

namespace {

constexpr const char* manager = "org.shmbus1.Manager";
constexpr const char* region = "org.shmbus1.Region";
constexpr const char* region_path = "/org/shmbus1/region/camera_2ffront";

// A stage and busctl on its bus.
class Console {
public:
    // Whether there is a busctl to try.
    [[nodiscard]] static bool present() {
        if (installed("busctl")) return true;
        MESSAGE("passed over: there is no busctl");
        return false;
    }
    PrivateBus::Report busctl(std::vector<std::string> words) {
        words.insert(words.begin(), {"busctl", "--no-pager", "--address=" + stage.address(), "--"});
        return stage.bus().run(std::move(words));
    }
    // A method call on the object at `path`; the answer in busctl's own words.
    std::string call(const std::string& path, const char* interface, const char* method,
                     const std::vector<std::string>& rest = {}) {
        std::vector<std::string> words{"call", "org.shmbus1", path, interface, method};
        words.insert(words.end(), rest.begin(), rest.end());
        const auto report = busctl(words);
        CAPTURE(report.text);
        CHECK(report.code == 0);
        return report.text;
    }
    std::string create(const std::string& name) {
        return call("/org/shmbus1", manager, "CreateRegion",
                    {"ssa{sv}", name, "topic", "3", "size", "t", "64", "overflow", "s", "block",
                     "history", "y", "2"});
    }
    // Checks that a call is refused with this D-Bus error's text, and that the daemon lives.
    void check_refused(const char* path, const char* interface, const char* method,
                       const std::vector<std::string>& rest, const char* reason) {
        std::vector<std::string> words{"call", "org.shmbus1", path, interface, method};
        words.insert(words.end(), rest.begin(), rest.end());
        const auto report = busctl(words);
        CAPTURE(report.text);
        CAPTURE(reason);
        CHECK(report.code == 1);
        CHECK(report.text.find(reason) != std::string::npos);
        CHECK(stage.daemon().process().running());
    }

    Stage stage;
};

bool has(const std::string& text, const char* word) { return text.find(word) != std::string::npos; }

}  // namespace

TEST_CASE("busctl: tree and introspect show the manager, the regions and their interfaces") {
    if (!Console::present()) return;
    Console console;
    console.create("camera/front");
    const auto tree = console.busctl({"tree", "org.shmbus1"});
    CHECK(tree.code == 0);
    CHECK(has(tree.text, region_path));
    const auto managed = console.busctl({"introspect", "org.shmbus1", "/org/shmbus1"});
    CHECK(managed.code == 0);
    for (const char* word :
         {"org.shmbus1.Manager", ".CreateRegion", ".ListRegions", ".RegionAdded", ".Usage",
          "org.freedesktop.DBus.ObjectManager", ".GetManagedObjects"}) {
        CAPTURE(word);
        CHECK(has(managed.text, word));
    }
    const auto one = console.busctl({"introspect", "org.shmbus1", region_path});
    CHECK(one.code == 0);
    for (const char* word : {"org.shmbus1.Region", ".Attach", ".OpenPeer", ".GetStatistics",
                             ".AttachmentChanged", ".Slots", "\"camera/front\""}) {
        CAPTURE(word);
        CHECK(has(one.text, word));
    }
}

TEST_CASE("busctl: regions are created, found, listed, read and removed") {
    if (!Console::present()) return;
    Console console;
    CHECK(console.create("camera/front") == "o \"" + std::string{region_path} + "\"\n");
    CHECK(console.call("/org/shmbus1", manager, "GetRegion", {"s", "camera/front"}) ==
          "o \"" + std::string{region_path} + "\"\n");
    const auto list = console.call("/org/shmbus1", manager, "ListRegions");
    CHECK(list.starts_with("a(sossuutuut) 1 \"camera/front\" \"" + std::string{region_path} +
                           "\" \"topic\" \"\" 0 0 4096 "));
    const auto property = [&](const char* name) {
        return console.busctl({"get-property", "org.shmbus1", region_path, region, name}).text;
    };
    CHECK(property("Name") == "s \"camera/front\"\n");
    CHECK(property("Publishers") == "u 0\n");
    CHECK(has(property("Options"), "\"history\" u 2"));
    console.call("/org/shmbus1", manager, "RemoveRegion", {"s", "camera/front"});
    CHECK(console.call("/org/shmbus1", manager, "ListRegions") == "a(sossuutuut) 0\n");
}

TEST_CASE("busctl: statistics of a stream are read by a plain call") {
    if (!Console::present()) return;
    Console console;
    console.create("camera/front");
    bus::BytesPublisher publisher{console.stage.connect(), "camera/front"};
    publish_cargo(publisher, 1, 1, 42);
    const auto text = console.call(region_path, region, "GetStatistics");
    CAPTURE(text);
    CHECK(text.starts_with("a(tssuusa{st}a(tt)) 1 "));
    CHECK(has(text, "\"publisher\" \"active\""));
    CHECK(has(text, "\"samples\" 42"));
    CHECK(has(text, "\"bytes\" 672"));
    const auto managed =
        console.call("/org/shmbus1", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects");
    CHECK(has(managed, region_path));
}

TEST_CASE("busctl: wrong signatures and unknown members get proper D-Bus errors") {
    if (!Console::present()) return;
    Console console;
    console.create("camera/front");
    const auto at_manager = [&](const char* method, const std::vector<std::string>& rest) {
        CAPTURE(method);
        console.check_refused("/org/shmbus1", manager, method, rest, "Call failed: ");
    };
    at_manager("CreateRegion", {"s", "a"});
    at_manager("CreateRegion", {"sss", "a", "b", "c"});
    at_manager("CreateRegion", {"a{sv}", "0"});
    at_manager("GetRegion", {"t", "1"});
    at_manager("GetRegion", {});
    at_manager("ListRegions", {"s", "a"});
    at_manager("NoSuchMethod", {});
    const auto at_region = [&](const char* method, const std::vector<std::string>& rest) {
        CAPTURE(method);
        console.check_refused(region_path, region, method, rest, "Call failed: ");
    };
    at_region("Attach", {"s", "publisher"});
    at_region("Attach", {"a{sv}s", "0", "publisher"});
    at_region("Activate", {"s", "1"});
    at_region("OpenPeer", {"t", "1"});
    at_region("Detach", {});
    console.check_refused("/org/shmbus1/region/none", region, "GetStatistics", {}, "Call failed: ");
    console.check_refused("/org/shmbus1", "org.shmbus1.None", "ListRegions", {}, "Call failed: ");
    const auto set =
        console.busctl({"set-property", "org.shmbus1", region_path, region, "Name", "s", "other"});
    CHECK(set.code == 1);
    CHECK(console.stage.connect().regions().size() == 1);
}

TEST_CASE("busctl: hostile options are refused by name") {
    if (!Console::present()) return;
    Console console;
    const auto refused = [&](const std::vector<std::string>& options, const char* reason) {
        auto rest = std::vector<std::string>{"ssa{sv}", "a", "topic"};
        rest.insert(rest.end(), options.begin(), options.end());
        console.check_refused("/org/shmbus1", manager, "CreateRegion", rest, reason);
    };
    refused({"0"}, "size: 0 is not between");
    refused({"1", "size", "x", "-1"}, "size: -1 is negative");
    refused({"1", "size", "d", "64.5"}, "size: its D-Bus type is \"d\"");
    refused({"1", "size", "s", "64"}, "size: its D-Bus type is \"s\"");
    refused({"1", "size", "v", "t", "64"}, "size: its D-Bus type is \"v\"");
    refused({"1", "size", "at", "2", "1", "2"}, "size: its D-Bus type is \"at\"");
    refused({"1", "size", "t", "18446744073709551615"}, "size: ");
    refused({"1", "colour", "s", "blue"}, "colour: a topic has no such option");
    refused({"2", "size", "t", "64", "history", "t", "4294967296"}, "history: ");
    refused({"2", "size", "t", "64", "overflow", "s", "explode"}, "overflow: \"explode\" is not");
    refused({"2", "size", "t", "64", "overflow", "u", "1"}, "overflow: its D-Bus type is \"u\"");
    refused({"2", "size", "t", "64", "patience", "t", "18446744073709551615"}, "patience: ");
    refused({"2", "size", "t", "64", "mode", "u", "4294967295"}, "mode: ");
    console.check_refused("/org/shmbus1", manager, "CreateRegion",
                          {"ssa{sv}", "a", "raw", "2", "size", "t", "64", "depth", "u", "1"},
                          "depth: a raw region has no such option");
    console.check_refused("/org/shmbus1", manager, "CreateRegion",
                          {"ssa{sv}", "a", "teapot", "1", "size", "t", "64"}, "kind: \"teapot\"");
    console.create("camera/front");
    const auto attach = [&](const std::vector<std::string>& rest, const char* reason) {
        console.check_refused(region_path, region, "Attach", rest, reason);
    };
    attach({"sa{sv}", "emperor", "0"}, "role: \"emperor\"");
    attach({"sa{sv}", "publisher", "1", "waker", "s", "bell"}, "waker: \"bell\"");
    attach({"sa{sv}", "publisher", "1", "size", "x", "-1"}, "size: -1 is negative");
    attach({"sa{sv}", "publisher", "1", "size", "t", "65"}, "65");
    attach({"sa{sv}", "publisher", "1", "colour", "s", "blue"}, "colour: ");
    CHECK(console.stage.usage()["attachments"] == 0);
}
