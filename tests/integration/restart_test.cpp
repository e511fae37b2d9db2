// The daemon dies and the next one takes up what systemd kept: nobody notices.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <poll.h>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "actor.hpp"
#include "cargo.hpp"
#include "keeper.hpp"
#include "tamper.hpp"
#include "watchdog.hpp"
#include "wire_client.hpp"

using namespace integration;

namespace {

const bus::TopicOptions small{.size = 64, .slots = 8};

void publish_stream(const Keeper& keeper, std::uint64_t sender, std::uint64_t count, Cue& cue) {
    bus::BytesPublisher publisher{keeper.connect(), "topic"};
    cue.stand("ready");
    publish_cargo(publisher, sender, 1, count);
    cue.stand("done");
}

// All of two senders, in order, each byte judged.
void take_stream(const Keeper& keeper, std::uint64_t count, Cue& cue) {
    bus::BytesSubscriber feed{keeper.connect(), "topic"};
    cue.stand("ready");
    Ledger ledger;
    take_cargo(feed, ledger, 2 * count);
    cue.stand("took", std::to_string(ledger.sum(1)) + " " + std::to_string(ledger.sum(2)));
}

std::vector<std::string> semaphores(const PrivateBus& bus) {
    const auto prefix = "sem.shmbus-" + WireClient{bus.address()}.bus_id().substr(0, 16) + "-";
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator{"/dev/shm"})
        if (file.path().filename().string().starts_with(prefix))
            names.push_back(file.path().filename().string());
    return names;
}

// A region with a publisher and a subscriber of this process, between which data flows.
struct Pair {
    explicit Pair(const Keeper& keeper, const bus::TopicOptions& options = small)
        : connection{keeper.connect()} {
        connection.create_topic("topic", options);
        feed = std::make_unique<bus::BytesSubscriber>(connection, "topic");
        publisher = std::make_unique<bus::BytesPublisher>(connection, "topic");
        flow();
    }
    void flow() {
        ++sent;
        publish_cargo(*publisher, 1, sent, sent);
        take_cargo(*feed, ledger, sent);
    }

    bus::Connection connection;
    std::unique_ptr<bus::BytesSubscriber> feed;
    std::unique_ptr<bus::BytesPublisher> publisher;
    Ledger ledger;
    std::uint64_t sent = 0;
};

// Where these stand in a roster (libbus/abi/layout.hpp).
constexpr std::size_t state_at = 72;
constexpr std::size_t slots_asked_at = 156;
constexpr std::uint32_t removed = 2;

}  // namespace

TEST_CASE("restart: killed 50 times in a lossless stream, and nobody sees anything of it") {
    constexpr std::uint64_t count = 200'000;
    const PrivateBus bus;
    Keeper keeper{bus};
    keeper.connect().create_topic("topic", {.size = 64, .slots = 64, .publishers = 2});
    std::vector<std::unique_ptr<Actor>> takers;
    for (int i = 0; i < 3; ++i)
        takers.push_back(std::make_unique<Actor>(
            "subscriber", [&](Cue& cue) { take_stream(keeper, count, cue); }));
    for (const auto& taker : takers) taker->expect("ready");
    std::vector<std::unique_ptr<Actor>> givers;
    for (std::uint64_t sender : {1U, 2U})
        givers.push_back(std::make_unique<Actor>("publisher", [&keeper, sender](Cue& cue) {
            publish_stream(keeper, sender, count, cue);
        }));
    for (const auto& giver : givers) giver->expect("ready");
    for (const auto& actor : takers) actor->proceed();
    for (const auto& actor : givers) actor->proceed();
    for (int round = 0; round < 50; ++round) {
        keeper.kill();
        keeper.start();
        CHECK(keeper.connect().status("topic").attachments.size() == 5);
    }
    for (const auto& giver : givers) giver->expect("done");
    const auto sums = std::to_string(sum_to(count)) + " " + std::to_string(sum_to(count));
    for (const auto& taker : takers) CHECK(taker->expect("took") == sums);
    for (const auto& actor : givers) actor->finish();
    for (const auto& actor : takers) actor->finish();
}

TEST_CASE("restart: region, access, attachments and statistics are as they were") {
    const PrivateBus bus;
    Keeper keeper{bus};
    auto options = small;
    options.mode = 0640;
    options.type = "Pose";
    options.patience = std::chrono::seconds{5};
    Pair pair{keeper, options};
    const auto before = pair.connection.status("topic");
    keeper.kill();
    keeper.start();
    const auto after = pair.connection.status("topic");
    CHECK(after.region.owner == before.region.owner);
    CHECK(after.region.mode == 0640);
    CHECK(after.options.type == "Pose");
    CHECK(after.options.patience == std::chrono::seconds{5});
    CHECK(after.slots == before.slots);
    REQUIRE(after.attachments.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(after.attachments[i].id == before.attachments[i].id);
        CHECK(after.attachments[i].peer == before.attachments[i].peer);
        CHECK(after.attachments[i].samples == 1);
        CHECK(after.attachments[i].bytes == before.attachments[i].bytes);
    }
    CHECK(keeper.heard("READY=1") == 2);
    pair.flow();
}

TEST_CASE("restart: whoever joins afterwards meets those who were there, and they meet it") {
    const PrivateBus bus;
    Keeper keeper{bus};
    Pair pair{keeper};
    keeper.kill();
    keeper.start();
    bus::BytesSubscriber late{pair.connection, "topic"};
    CHECK(late.id() == 3);
    bus::BytesPublisher other{pair.connection, "topic"};
    publish_cargo(other, 2, 1, 3);
    publish_cargo(*pair.publisher, 1, 2, 4);
    Ledger ledger;
    ledger.begin(1, 2);
    take_cargo(late, ledger, 6);
    take_cargo(*pair.feed, pair.ledger, 7);
}

TEST_CASE("restart: calls made while no daemon is there are answered by the next one") {
    const PrivateBus bus;
    Keeper keeper{bus};
    Actor client{"client", [&](Cue& cue) {
                     auto connection = keeper.connect();
                     connection.create_topic("old", small);
                     cue.stand("served");
                     cue.tell("calls");
                     connection.create_topic("new", small);
                     bus::BytesPublisher publisher{connection, "new"};
                     connection.remove("old");
                     cue.stand("answered", std::to_string(connection.regions().size()));
                 }};
    client.expect("served");
    keeper.kill();
    client.proceed();
    client.expect("calls");
    keeper.start();
    CHECK(client.expect("answered") == "1");
    client.finish();
}

TEST_CASE("restart: clients that call all the time see no error in 30 kills") {
    const PrivateBus bus;
    Keeper keeper{bus};
    std::vector<std::unique_ptr<Actor>> clients;
    for (const char* name : {"a", "b"})
        clients.push_back(std::make_unique<Actor>(name, [&keeper, name](Cue& cue) {
            auto connection = keeper.connect();
            static_cast<void>(connection.daemon_version());
            cue.stand("served");
            for (int round = 0; round < 60; ++round) {
                connection.create_topic(name, small);
                {
                    bus::BytesSubscriber feed{connection, name};
                    bus::BytesPublisher publisher{connection, name};
                    Ledger ledger;
                    publish_cargo(publisher, 1, 1, 5);
                    take_cargo(feed, ledger, 5);
                }
                connection.remove(name);
            }
            cue.stand("done");
        }));
    for (const auto& client : clients) client->expect("served");
    for (const auto& client : clients) client->proceed();
    for (int round = 0; round < 30; ++round) {
        keeper.kill();
        keeper.start();
    }
    for (const auto& client : clients) client->expect("done");
    CHECK(keeper.connect().regions().empty());
    CHECK(keeper.kept().empty());
    CHECK(semaphores(bus).empty());
    for (const auto& client : clients) client->finish();
}

TEST_CASE("restart: a client that died while no daemon was there is dropped") {
    const PrivateBus bus;
    Keeper keeper{bus};
    auto connection = keeper.connect();
    connection.create_topic("topic", small);
    bus::BytesPublisher publisher{connection, "topic"};
    Actor taker{"subscriber", [&](Cue& cue) {
                    bus::BytesSubscriber feed{keeper.connect(), "topic"};
                    cue.stand("ready");
                }};
    taker.expect("ready");
    CHECK(semaphores(bus).size() == 2);
    keeper.kill();
    taker.kill();
    keeper.start();
    CHECK(connection.status("topic").attachments.size() == 1);
    CHECK(semaphores(bus).size() == 1);
    CHECK(keeper.kept() == std::vector<std::string>{"r1", "s1.1"});
    publish_cargo(publisher, 1, 1, 100);  // and keeps no publisher waiting
}

// Each over a connection that lives on, so that no death tells the daemon of it.
TEST_CASE("restart: who leaves while no daemon is there need not wait, and the next one knows") {
    constexpr int count = 20;  // were each to wait for a daemon, the case would never end
    const PrivateBus bus;
    Keeper keeper{bus};
    auto watching = keeper.connect();
    watching.create_topic("topic", {.size = 64, .slots = 8, .subscribers = count});
    bus::BytesPublisher publisher{watching, "topic"};
    std::vector<bus::Connection> connections;
    std::vector<bus::BytesSubscriber> feeds;
    for (int i = 0; i < count; ++i)
        feeds.emplace_back(connections.emplace_back(keeper.connect()), "topic");
    keeper.kill();
    feeds.clear();
    keeper.start();
    CHECK(watching.status("topic").attachments.size() == 1);
    CHECK(keeper.kept() == std::vector<std::string>{"r1", "s1.1"});
    CHECK(semaphores(bus).size() == 1);
    publish_cargo(publisher, 1, 1, 100);  // and none of them keeps it waiting
}

TEST_CASE("restart: an eventfd still wakes, and is handed to those who come later") {
    const PrivateBus bus;
    Keeper keeper{bus};
    auto connection = keeper.connect();
    connection.create_topic("topic", small);
    bus::BytesSubscriber feed{connection, "topic", {.waker = bus::Waker::EventFd}};
    CHECK(keeper.kept() == std::vector<std::string>{"e1.1", "r1", "s1.1"});
    keeper.kill();
    keeper.start();
    CHECK_FALSE(feed.take());
    bus::BytesPublisher publisher{connection, "topic"};
    pollfd polled{.fd = feed.fd(), .events = POLLIN, .revents = 0};
    REQUIRE(::poll(&polled, 1, 30'000) == 1);  // that somebody joined
    Ledger ledger;
    take_rest(feed, ledger);
    publish_cargo(publisher, 1, 1, 1);
    REQUIRE(::poll(&polled, 1, 30'000) == 1);
    take_rest(feed, ledger);
    CHECK(ledger.count() == 1);
}

TEST_CASE("restart: what a dead publisher left is still there to be taken, and then goes") {
    const PrivateBus bus;
    Keeper keeper{bus};
    auto connection = keeper.connect();
    connection.create_topic("topic", small);
    bus::BytesSubscriber feed{connection, "topic"};
    Actor giver{"publisher", [&](Cue& cue) {
                    bus::BytesPublisher publisher{keeper.connect(), "topic"};
                    publish_cargo(publisher, 1, 1, 5);
                    cue.stand("published");
                }};
    giver.expect("published");
    Ledger ledger;
    take_cargo(feed, ledger, 1);
    keeper.kill();
    giver.kill();
    keeper.start();
    CHECK(connection.status("topic").attachments.size() == 2);
    keeper.kill();
    keeper.start();
    take_cargo(feed, ledger, 5);
    CHECK(ledger.sum(1) == sum_to(5));
    { const bus::BytesPublisher reaper{connection, "topic"}; }
    CHECK(connection.status("topic").attachments.size() == 1);
}

TEST_CASE("restart: an orderly end keeps regions, semaphores and attachments too") {
    const PrivateBus bus;
    Keeper keeper{bus};
    Pair pair{keeper};
    const auto names = semaphores(bus);
    CHECK(names.size() == 2);
    CHECK(keeper.terminate().code == 0);
    CHECK(keeper.heard("STOPPING=1") == 1);
    CHECK(semaphores(bus) == names);
    pair.flow();
    keeper.start();
    CHECK(semaphores(bus) == names);
    CHECK(pair.connection.status("topic").attachments.size() == 2);
    pair.flow();
}

TEST_CASE("restart: an attachment between Attach and Activate goes on where it was") {
    const PrivateBus bus;
    Keeper keeper{bus};
    keeper.connect().create_topic("topic", small);
    WireClient client{bus.address()};
    const auto attached = client.attach("topic", "subscriber");
    keeper.kill();
    keeper.start();
    CHECK(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, attached.segment.get(), 0) !=
          MAP_FAILED);
    client.activate("topic", attached.id);
    CHECK(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, attached.segment.get(), 0) ==
          MAP_FAILED);
    CHECK(keeper.connect().status("topic").region.subscribers == 1);
    keeper.kill();
    keeper.start();
    client.activate("topic", attached.id);  // as one whose answer was lost
    CHECK(keeper.connect().status("topic").region.subscribers == 1);
}

TEST_CASE("restart: a roster that was tampered with is set aside, and everything else serves") {
    const PrivateBus bus;
    Keeper keeper{bus};
    auto connection = keeper.connect();
    connection.create_topic("other", small);
    {
        Pair pair{keeper};
        keeper.kill();
        tamper(keeper.descriptor("r2"), slots_asked_at, 1U << 30);
        keeper.start();
        CHECK(keeper.log().find("set aside") != std::string::npos);
        CHECK(keeper.log().find("r2") != std::string::npos);
        CHECK_FALSE(connection.contains("topic"));
        CHECK(connection.contains("other"));
        pair.flow();  // those who have it go on
        connection.create_topic("topic", small);
    }
    CHECK(keeper.kept() == std::vector<std::string>{"r1", "r2", "r3", "s2.1", "s2.2"});
    keeper.kill();
    tamper(keeper.descriptor("r2"), slots_asked_at, 8);
    keeper.start();
    CHECK(connection.regions().size() == 2);  // the name is the later region's
    CHECK(keeper.kept().size() == 5);
}

TEST_CASE("restart: on another bus all clients have gone, and the regions are there") {
    const PrivateBus bus;
    const PrivateBus next;
    Keeper keeper{bus};
    const Pair pair{keeper};
    keeper.kill();
    keeper.start(next);
    const auto status = keeper.connect().status("topic");
    CHECK(status.attachments.empty());
    CHECK(keeper.kept() == std::vector<std::string>{"r1"});
    CHECK(semaphores(bus).empty());
    keeper.kill();
    keeper.start();
    CHECK(keeper.connect().contains("topic"));
}

TEST_CASE("restart: a removal that was cut short is finished") {
    const PrivateBus bus;
    Keeper keeper{bus};
    Pair pair{keeper};
    keeper.kill();
    tamper(keeper.descriptor("r1"), state_at, removed);
    keeper.start();
    CHECK_FALSE(pair.connection.contains("topic"));
    CHECK(keeper.kept().empty());
    CHECK(semaphores(bus).empty());
}
