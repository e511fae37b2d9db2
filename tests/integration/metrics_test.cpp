// shmbusctl metrics: what monitoring systems make of it.
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "cargo.hpp"
#include "stage.hpp"

using namespace integration;

namespace {

class Scene {
public:
    Scene() {
        connection.create_topic("camera/front", {.size = 64, .slots = 8, .type = "a\\b\"c"});
        connection.create_raw("board", {.size = 64, .fence = bus::Fence::Full});
        publisher.emplace(connection, "camera/front");
        feed.emplace(connection, "camera/front");
        writer.emplace(connection, "board", bus::Role::Writer);
        publish_cargo(*publisher, 1, 1, 4, 20);
    }
    PrivateBus::Report metrics(const std::string& arguments) {
        return stage.bus().run(
            {"/bin/sh", "-c",
             std::string{SHMBUSCTL} + " --address=" + stage.address() + " metrics " + arguments});
    }

    Stage stage;
    bus::Connection connection = stage.connect();
    std::optional<bus::BytesPublisher> publisher;
    std::optional<bus::BytesSubscriber> feed;
    std::optional<bus::Region> writer;
};

bool has(const std::string& text, const std::string& wanted) {
    return text.find(wanted) != std::string::npos;
}

}  // namespace

TEST_CASE("metrics: what flows is counted by attachment, with who it is beside it") {
    Scene scene;
    const auto text = scene.metrics("").text;
    CAPTURE(text);
    CHECK(text.ends_with("\n# EOF\n"));
    CHECK(has(text, "shmbus_up 1\n"));
    CHECK(has(text, "# TYPE shmbus_attachment_samples counter\n"));
    const auto labels = [](std::uint64_t id, const char* role) {
        return "{region=\"camera/front\",attachment=\"" + std::to_string(id) + "\",role=\"" + role +
               "\"} ";
    };
    const auto published = labels(scene.publisher->id(), "publisher");
    const auto taken = labels(scene.feed->id(), "subscriber");
    CHECK(has(text, "shmbus_attachment_samples_total" + published + "4\n"));
    CHECK(has(text, "shmbus_attachment_sample_bytes_total" + published + "80\n"));
    CHECK(has(text, "shmbus_attachment_samples_total" + taken + "0\n"));
    CHECK(has(text, "shmbus_attachment_lag_samples" + taken + "4\n"));
    CHECK(has(text, "pid=\"" + std::to_string(::getpid()) + "\""));
    CHECK(has(text, "type=\"a\\\\b\\\"c\""));
    CHECK(has(text, "shmbus_region_attachments{region=\"board\",role=\"writer\"} 1\n"));
    CHECK(has(text, "shmbus_regions 2\n"));
    CHECK(has(text, "shmbus_user_attachments{user="));
    CHECK(has(text, "shmbus_attachment_locks_total{region=\"board\""));
}

TEST_CASE("metrics: the reference parser takes them for OpenMetrics") {
    Scene scene;
    const auto report = scene.metrics(
        "| /usr/bin/python3 -c 'import sys\n"
        "try:\n"
        "    from prometheus_client.openmetrics import parser\n"
        "except ImportError:\n"
        "    sys.exit(\"passed over: there is no python3-prometheus-client\")\n"
        "families = list(parser.text_string_to_metric_families(sys.stdin.read()))\n"
        "print(all(family.samples for family in families) and len(families) > 30)' 2>&1");
    CAPTURE(report.text);
    if (has(report.text, "passed over")) {
        MESSAGE(report.text);
        return;
    }
    CHECK(report.text == "True\n");
}

TEST_CASE("metrics: promtool has nothing against them in the format of Prometheus") {
    if (!installed("promtool")) {
        MESSAGE("passed over: there is no promtool");
        return;
    }
    Scene scene;
    const auto report = scene.metrics("--format=prometheus | promtool check metrics 2>&1");
    CHECK(report.text == "");
    CHECK(report.code == 0);
}

TEST_CASE("metrics: a file is written whole, and says so when there is no daemon") {
    Scene scene;
    const auto file = scene.stage.bus().directory() / "shmbus.prom";
    CHECK(scene.metrics("--format=prometheus --output=" + file).text == "");
    const auto read = [&] { return scene.stage.bus().run({"cat", file}).text; };
    CHECK(has(read(), "shmbus_up 1\n"));
    CHECK_FALSE(has(read(), "# EOF"));
    CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::others_write) ==
          std::filesystem::perms::none);
    scene.stage.kill_daemon();
    const auto report = scene.metrics("--format=prometheus --output=" + file);
    CHECK(report.code == 1);
    CHECK(has(report.text, "shmbusctl: "));
    CHECK(read() ==
          "# HELP shmbus_up Whether shmbusd answered.\n# TYPE shmbus_up gauge\n"
          "shmbus_up 0\n");
    scene.stage.start_daemon();  // else those in the scene would wait for one
}

TEST_CASE("metrics: what makes no sense is refused in one line") {
    Scene scene;
    CHECK(scene.metrics("--format=xml").text ==
          "shmbusctl: --format=xml: must be openmetrics or prometheus\n");
    CHECK(scene.metrics("--json=short").text ==
          "shmbusctl: --json: metrics are no JSON; see top --json\n");
    CHECK(scene.metrics("--output=/none/such").text ==
          "shmbusctl: /none/such: No such file or directory\n");
}
