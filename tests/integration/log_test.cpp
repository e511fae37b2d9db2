// What the daemon says of what happens, where its stderr is no journal: one line each.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "keeper.hpp"

using namespace integration;

namespace {

std::size_t lines_with(const std::string& text, const std::string& words) {
    std::size_t count = 0;
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1))
        ++count;
    return count;
}

}  // namespace

TEST_CASE("log: each thing that happens to a region and its attachments is a line") {
    const PrivateBus bus;
    Keeper keeper{bus};
    auto connection = keeper.connect();
    connection.create_topic("topic", {.size = 64});
    { const bus::BytesSubscriber feed{connection, "topic"}; }
    keeper.kill();
    keeper.start();
    connection.remove("topic");
    const auto log = keeper.log();
    CAPTURE(log);
    CHECK(lines_with(log, "region topic: subscriber 1 ") == 2);
    CHECK(lines_with(log, ") attached") == 1);
    CHECK(lines_with(log, ") detached") == 1);
    for (const char* word : {" created, ", " restored, ", " removed, "})
        CHECK(lines_with(log, word) == 1);
}

TEST_CASE("log: a refusal for limits is a line, and a thousand of one user are not a thousand") {
    const PrivateBus bus;
    Keeper keeper{bus};
    auto connection = keeper.connect();
    connection.create_topic("topic", {.size = 64, .publishers = 1});
    const bus::BytesPublisher publisher{connection, "topic"};
    const auto refuse = [&] {
        CHECK_THROWS_AS((bus::BytesPublisher{connection, "topic"}), bus::Error);
    };
    refuse();
    CHECK(lines_with(keeper.log(), "refused: topic: ") == 1);
    for (int i = 0; i < 200; ++i) refuse();
    const auto count = lines_with(keeper.log(), "refused: topic: ");
    CHECK(count > 1);
    CHECK(count < 100);
    CHECK_FALSE(connection.contains("absent"));
    CHECK(lines_with(keeper.log(), "absent") == 0);
}
