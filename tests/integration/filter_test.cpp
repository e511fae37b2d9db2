// The filter server among the examples, on real photographs; each result is computed here once
// more, pixel by pixel from a copy, in floating point.
#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "stage.hpp"
#include "watchdog.hpp"

using namespace integration;

namespace {

constexpr int width = 322;  // no multiple of anything
constexpr int height = 181;
constexpr int pictures = 3;

using Pixels = std::vector<std::uint8_t>;

Pixels read_file(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

// Three photographs, decoded one behind the other; empty where there is nothing to make them from.
Pixels photographs(Stage& stage, const std::string& into) {
    const std::filesystem::path folder{"/usr/share/backgrounds"};
    std::vector<std::string> files;
    if (std::filesystem::exists(folder))
        for (const auto& file : std::filesystem::directory_iterator{folder})
            if (file.path().filename().string().find("_by_") != std::string::npos)
                files.push_back(file.path());
    if (files.size() < pictures || !installed("ffmpeg")) {
        MESSAGE("passed over: it needs ffmpeg and lomiri-wallpapers-16.04");
        return {};
    }
    std::ranges::sort(files);
    for (int i = 0; i < pictures; ++i) {
        const auto report = stage.bus().run(
            {"sh", "-c",
             "ffmpeg -v error -nostdin -i '" + files[static_cast<std::size_t>(i)] +
                 "' -vf scale=" + std::to_string(width) + ":" + std::to_string(height) +
                 " -frames:v 1 -pix_fmt rgb24 -f rawvideo - >>" + into});
        REQUIRE(report.code == 0);
    }
    auto pixels = read_file(into);
    REQUIRE(pixels.size() == std::size_t{3} * width * height * pictures);
    return pixels;
}

// One byte of a picture, its coordinates brought into it.
int at(const Pixels& pixels, int picture, int x, int y, int colour) {
    x = std::clamp(x, 0, width - 1);
    y = std::clamp(y, 0, height - 1);
    return pixels[static_cast<std::size_t>(((picture * height + y) * width + x) * 3 + colour)];
}

// What `value` says of each byte, rounded.
template <class Value>
Pixels computed(Value value) {
    Pixels result;
    for (int picture = 0; picture < pictures; ++picture)
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                for (int colour = 0; colour < 3; ++colour)
                    result.push_back(
                        static_cast<std::uint8_t>(std::floor(value(picture, x, y, colour) + 0.5)));
    return result;
}

PrivateBus::Report run_client(Stage& stage, const std::string& words) {
    return stage.bus().run(
        {"sh", "-c", "SHMBUS_ADDRESS='" + stage.address() + "' " FILTER_CLIENT " " + words});
}

// A server, which is there as soon as this is.
class Server {
public:
    Server(Stage& stage, const std::string& name)
        : program_{{"env", "SHMBUS_ADDRESS=" + stage.address(), FILTER_SERVER},
                   stage.bus().directory() / name} {
        await("the filter server", [&] { return program_.output() == "ready\n"; });
    }
    void kill() {
        program_.process().signal(SIGKILL);
        program_.process().await_end();
    }

private:
    Program program_;
};

}  // namespace

TEST_CASE("filter: photographs come back grey, and blurred, as computed otherwise") {
    Stage stage;
    const auto given = stage.bus().directory() / "given";
    const auto made = stage.bus().directory() / "made";
    const auto pixels = photographs(stage, given);
    if (pixels.empty()) return;
    const Server server{stage, "server"};
    const auto size = " " + std::to_string(width) + " " + std::to_string(height);
    REQUIRE(run_client(stage, "grey" + size + " <" + given + " >" + made).text == "");
    CHECK(read_file(made) == computed([&](int picture, int x, int y, int) {
              return (77.0 * at(pixels, picture, x, y, 0) + 150.0 * at(pixels, picture, x, y, 1) +
                      29.0 * at(pixels, picture, x, y, 2)) /
                     256.0;
          }));
    REQUIRE(run_client(stage, "blur" + size + " <" + given + " >" + made).text == "");
    CHECK(read_file(made) == computed([&](int picture, int x, int y, int colour) {
              double sum = 0;
              for (int dy = -1; dy <= 1; ++dy)
                  for (int dx = -1; dx <= 1; ++dx)
                      sum += at(pixels, picture, x + dx, y + dy, colour);
              return sum / 9.0;
          }));
}

TEST_CASE("filter: what is no picture is refused, and pictures too large are not sent") {
    Stage stage;
    const Server server{stage, "server"};
    bus::BytesClient client{stage.connect(), "filter"};
    const std::vector<std::byte> nonsense(100, std::byte{7});
    const auto call = client.call(nonsense, patience);
    CHECK(call.outcome() == bus::CallOutcome::Refused);
    CHECK(call.text() == "not a picture of its size");
    CHECK(run_client(stage, "grey 4000 4000 </dev/null").text ==
          "filter_client: the pictures are larger than the service takes\n");
    CHECK(run_client(stage, "grey 4294967295 4294967295 </dev/null").code == 1);
    CHECK(run_client(stage, "paint 2 2 </dev/null").text ==
          "filter_client: paint: must be grey or blur\n");
    CHECK(run_client(stage, "grey 2 2 </dev/null").code == 0);
}

TEST_CASE("filter: the second server takes over from the first") {
    Stage stage;
    Server first{stage, "first"};
    const Server second{stage, "second"};
    // One pixel of this colour, grey.
    const auto grey = [&](const std::string& colour) {
        return stage.bus()
            .run({"sh", "-c",
                  "printf '" + colour + "' | SHMBUS_ADDRESS='" + stage.address() +
                      "' " FILTER_CLIENT " grey 1 1 | od -An -tu1"})
            .text;
    };
    CHECK(grey("\\377\\000\\000") == "  77  77  77\n");
    first.kill();
    CHECK(grey("\\000\\377\\000") == " 149 149 149\n");
}
