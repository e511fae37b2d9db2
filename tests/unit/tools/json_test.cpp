#include "json.hpp"

#include <doctest/doctest.h>

#include "fault.hpp"

using ctl::JsonStyle;

TEST_CASE("json: short is one line, pretty is indented") {
    const ctl::Json json{{"b", 1}, {"a", "x"}};
    CHECK(ctl::json_text(json, JsonStyle::Short) == "{\"b\":1,\"a\":\"x\"}\n");
    CHECK(ctl::json_text(json, JsonStyle::Pretty) == "{\n    \"b\": 1,\n    \"a\": \"x\"\n}\n");
}

TEST_CASE("json: bytes that are not UTF-8 are replaced") {
    const ctl::Json json{{"a", "\xff"}};
    CHECK(ctl::json_text(json, JsonStyle::Short) == "{\"a\":\"\xef\xbf\xbd\"}\n");
}

TEST_CASE("json: an unknown style names those there are") {
    CHECK(ctl::parse_json_style("off") == JsonStyle::Off);
    CHECK(fault_of([] { return ctl::parse_json_style("xml"); }) ==
          "--json=xml: must be short, pretty or off");
}

TEST_CASE("json: a region's own event has no attachment") {
    const bus::Event event{.what = bus::Event::What::RegionAdded, .region = "r"};
    CHECK(ctl::to_json(event, "now").dump() ==
          R"({"time":"now","region":"r","event":"region-added"})");
}

TEST_CASE("json: an attachment has what belongs to its role") {
    const bus::AttachmentInfo publisher{.role = bus::Role::Publisher, .stalls = 3};
    const auto one = ctl::to_json(publisher);
    CHECK(one["stalls"] == 3);
    CHECK_FALSE(one.contains("lanes"));
    const bus::AttachmentInfo subscriber{
        .role = bus::Role::Subscriber, .missed = 4, .lanes = {{.publisher = 1, .lag = 9}}};
    const auto other = ctl::to_json(subscriber);
    CHECK(other["missed"] == 4);
    CHECK(other["lanes"].dump() == R"([{"publisher":1,"lag":9}])");
    CHECK_FALSE(other.contains("stalls"));
    const bus::AttachmentInfo writer{
        .role = bus::Role::Writer, .holding = true, .locks = 5, .waits = 2};
    const auto third = ctl::to_json(writer);
    CHECK(third["holding"] == true);
    CHECK(third["waiting"] == false);
    CHECK(third["locks"] == 5);
    CHECK_FALSE(third.contains("samples"));
}
