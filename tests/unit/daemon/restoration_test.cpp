#include "daemon/restoration.hpp"

#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "shm/format.hpp"
#include "store_fixture.hpp"

namespace shmbusd {
namespace {

using bus::abi::EntryRole;
using bus::abi::EntryState;
using bus::abi::EntryWord;
using bus::abi::RosterEntry;
using bus::abi::RosterHeader;

TEST_CASE("restoration: a region comes back as it was") {
    Wreck wreck;
    CHECK(wreck.store.names() == "e1.3 r1 s1.1 s1.2 s1.3");
    wreck.kill();
    TestRegistry next{{}, &wreck.store};
    const auto done = wreck.restore_into(next);
    CHECK(done.set_aside.empty());
    CHECK(done.dropped == 0);
    REQUIRE(done.regions.size() == 1);
    auto& region = *done.regions.front();
    CHECK(&region == &next.registry.get("a"));
    CHECK(region.access().owner == 1000);
    CHECK(region.access().mode == 0666);
    CHECK(region.count_active(bus::Role::Publisher) == 1);
    CHECK(region.count_active(bus::Role::Subscriber) == 2);
    CHECK(region.statistics().front().samples == 1);
    CHECK(next.registry.quotas().line(1000).used.regions == 1);
    CHECK(next.registry.quotas().line(1000).used.attachments == 3);
    CHECK(wreck.store.names() == "e1.3 r1 s1.1 s1.2 s1.3");
    CHECK(next.semaphores().size() == 2);
}

TEST_CASE("restoration: what comes afterwards has numbers that nobody had") {
    Wreck wreck;
    wreck.kill();
    TestRegistry next{{}, &wreck.store};
    auto& region = *wreck.restore_into(next).regions.front();
    region.client_gone(":1.3");
    const TestSubscriber late{region, ":1.9"};
    CHECK(late.id == 4);
    next.create("b");
    CHECK(wreck.store.names() == "r1 r2 s1.1 s1.2 s1.4");
}

TEST_CASE("restoration: after an end of the region nothing is left in the store") {
    Wreck wreck;
    wreck.kill();
    TestRegistry next{{}, &wreck.store};
    static_cast<void>(wreck.restore_into(next));
    next.registry.remove("a");
    CHECK(wreck.store.names().empty());
    CHECK(next.semaphores().empty());
}

TEST_CASE("restoration: a departed publisher stays until those it is owed to have it all") {
    Wreck wreck;
    wreck.publisher->die();
    wreck.kill();
    TestRegistry next{{}, &wreck.store};
    auto& region = *wreck.restore_into(next).regions.front();
    CHECK(region.attachments() == 3);
    wreck.one->take_all();
    region.client_gone(":1.9");
    CHECK(region.attachments() == 3);
    wreck.other->take_all();
    const TestPublisher reaper{region, ":1.8"};
    CHECK(region.attachments() == 3);  // the reaper in its place
}

TEST_CASE("restoration: whose segment says something else has died, nobody else") {
    Wreck wreck;
    wreck.one->header().identity.attachment = 7;
    wreck.kill();
    TestRegistry next{{}, &wreck.store};
    const auto done = wreck.restore_into(next);
    REQUIRE(done.regions.size() == 1);
    CHECK(next.announced() == "died 2");
    CHECK(done.regions.front()->attachments() == 2);
    CHECK(wreck.store.names() == "e1.3 r1 s1.1 s1.3");
}

TEST_CASE("restoration: two segments under each other's names end both attachments") {
    Wreck wreck;
    wreck.kill();
    auto two = wreck.store.kept.extract("s1.2");
    auto three = wreck.store.kept.extract("s1.3");
    std::swap(two.mapped(), three.mapped());
    wreck.store.kept.insert(std::move(two));
    wreck.store.kept.insert(std::move(three));
    TestRegistry next{{}, &wreck.store};
    const auto done = wreck.restore_into(next);
    CHECK(next.announced() == "died 2 died 3");
    CHECK(wreck.store.names() == "r1 s1.1");
}

TEST_CASE("restoration: descriptors without an entry are dropped") {
    Wreck wreck;
    wreck.kill();
    wreck.store.keep("s1.9", wreck.store.fd("s1.1"));
    wreck.store.keep("e1.2", wreck.store.fd("e1.3"));
    wreck.store.keep("s7.1", wreck.store.fd("s1.1"));
    TestRegistry next{{}, &wreck.store};
    CHECK(wreck.restore_into(next).dropped == 3);
    CHECK(wreck.store.names() == "e1.3 r1 s1.1 s1.2 s1.3");
}

TEST_CASE("restoration: what is under a name of nobody's is left alone") {
    Wreck wreck;
    wreck.kill();
    wreck.store.keep("stored", wreck.store.fd("s1.1"));
    TestRegistry next{{}, &wreck.store};
    CHECK(wreck.restore_into(next).set_aside.size() == 1);
    CHECK(wreck.store.kept.contains("stored"));
}

TEST_CASE("restoration: who stated that it has left, and found no daemon to tell, has left") {
    Wreck wreck;
    wreck.kill();
    bus::shm::state_detached(wreck.one->mapping.data());
    TestRegistry next{{}, &wreck.store};
    const auto& region = *wreck.restore_into(next).regions.front();
    CHECK(region.attachments() == 3);
    next.registry.end_detached();
    CHECK(next.announced() == "detached 2");
    CHECK(region.attachments() == 2);
    CHECK(wreck.store.names() == "e1.3 r1 s1.1 s1.3");
}

TEST_CASE("restoration: a publisher that stated so departs, once, and what it published stays") {
    Wreck wreck;
    wreck.kill();
    bus::shm::state_detached(wreck.publisher->mapping.data());
    TestRegistry next{{}, &wreck.store};
    const auto& region = *wreck.restore_into(next).regions.front();
    next.registry.end_detached();
    next.registry.end_detached();
    CHECK(next.announced() == "detached 1");
    CHECK(region.attachments() == 3);
    CHECK(wreck.one->take());
}

TEST_CASE("restoration: a departure that was cut short before its last word has not happened") {
    Wreck wreck;
    wreck.kill();
    {
        bus::base::Mapping mapping{wreck.store.fd("r1"), 4096, bus::base::Access::ReadWrite,
                                   bus::base::Populate::Lazily, "roster"};
        reinterpret_cast<RosterEntry*>(mapping.data() + sizeof(RosterHeader))->late = 4;
    }
    TestRegistry next{{}, &wreck.store};
    const auto done = wreck.restore_into(next);
    REQUIRE(done.regions.size() == 1);
    CHECK(done.regions.front()->count_active(bus::Role::Publisher) == 1);
}

TEST_CASE("restoration: a removal that was begun is finished, and who sleeps hears of it") {
    Wreck wreck;
    wreck.region().end();
    wreck.kill();
    wreck.store.kept.erase("s1.1");  // as far as it had come
    const bus::base::UniqueFd event{::dup(wreck.store.fd("e1.3"))};
    TestRegistry next{{}, &wreck.store};
    const auto done = wreck.restore_into(next);
    CHECK(done.regions.empty());
    CHECK(done.set_aside.empty());
    CHECK(wreck.store.names().empty());
    pollfd polled{.fd = event.get(), .events = POLLIN, .revents = 0};
    CHECK(::poll(&polled, 1, 0) == 1);
}

TEST_CASE("restoration: the name of a region that is set aside can be created anew") {
    Wreck wreck;
    wreck.kill();
    wreck.store.kept.erase("s1.1");
    TestRegistry next{{}, &wreck.store};
    CHECK(wreck.restore_into(next).set_aside.size() == 1);
    next.create("a");
    CHECK(wreck.store.names() == "e1.3 r1 r2 s1.2 s1.3");
}

TEST_CASE("restoration: of two regions with one name the later is the one") {
    Wreck wreck;
    wreck.kill();
    TestRegistry next{{}, &wreck.store};
    next.registry.number_from(2);
    next.create("a");
    wreck.store.set_open(false);
    TestRegistry last{{}, &wreck.store};
    const auto done = restore(last.registry, wreck.store, wreck.store.leave());
    REQUIRE(done.regions.size() == 1);
    CHECK(done.regions.front()->attachments() == 0);
    REQUIRE(done.set_aside.size() == 1);
    CHECK(done.set_aside.front() == "r1: a: a later region has the name");
}

using Spoil = std::function<void(RosterHeader&, RosterEntry*)>;

TEST_CASE("restoration: each word of the head that is wrong sets the roster aside") {
    const std::vector<std::pair<const char*, Spoil>> cases{
        {"magic", [](auto& h, auto*) { h.magic ^= 1; }},
        {"requires", [](auto& h, auto*) { h.requires_bits = 0x8000'0000; }},
        {"entries", [](auto& h, auto*) { h.entries += 1; }},
        {"entry bytes", [](auto& h, auto*) { h.entry_bytes = 64; }},
        {"next 0", [](auto& h, auto*) { h.next_id = 0; }},
        {"next too low", [](auto& h, auto*) { h.next_id = 3; }},
        {"next absurd", [](auto& h, auto*) { h.next_id = ~std::uint64_t{0}; }},
        {"state", [](auto& h, auto*) { h.state = 7; }},
        {"kind", [](auto& h, auto*) { h.record.kind = 9; }},
        {"overflow", [](auto& h, auto*) { h.record.overflow = 9; }},
        {"fence", [](auto& h, auto*) { h.record.fence = 0; }},
        {"history", [](auto& h, auto*) { h.record.history = 100; }},
        {"publishers 0", [](auto& h, auto*) { h.record.leading = 0; }},
        {"publishers", [](auto& h, auto*) { h.record.leading = 3; }},
        {"subscribers", [](auto& h, auto*) { h.record.following = ~0U; }},
        {"holds", [](auto& h, auto*) { h.record.holds = 65; }},
        {"slots", [](auto& h, auto*) { h.record.slots_asked = 4096; }},
        {"size 0", [](auto& h, auto*) { h.record.size = 0; }},
        {"size", [](auto& h, auto*) { h.record.size = ~std::uint64_t{0}; }},
        {"alignment", [](auto& h, auto*) { h.record.alignment = 33; }},
        {"patience", [](auto& h, auto*) { h.record.patience = ~std::uint64_t{0}; }},
        {"mode", [](auto& h, auto*) { h.record.mode = 07777; }},
        {"access", [](auto& h, auto*) { h.record.access_entries = 33; }},
        {"access holder", [](auto& h, auto*) { h.record.access_entries = 1; }},
        {"number", [](auto& h, auto*) { h.record.number = 2; }},
        {"name", [](auto& h, auto*) { h.record.name[0] = ' '; }},
        {"name's end", [](auto& h, auto*) { std::memset(h.record.name, 'a', 256); }},
        {"type's end", [](auto& h, auto*) { std::memset(h.record.type, 'a', 256); }},
        {"bus", [](auto& h, auto*) { std::memset(h.record.bus_id, 0, 32); }},
    };
    for (const auto& [what, spoil] : cases) {
        CAPTURE(what);
        const auto why = Wreck{}.why_aside(spoil);
        CAPTURE(why);
        CHECK(why.starts_with("r1: "));
    }
}

TEST_CASE("restoration: each word of an entry that is wrong sets the roster aside") {
    // Of the subscriber with number 2; publishers have entries 0 to 3.
    constexpr auto active = EntryState::Active;
    const auto word = [](EntryWord to) {
        return [to](auto&, RosterEntry* e) { e[4].word = to.pack(); };
    };
    const std::vector<std::pair<const char*, Spoil>> cases{
        {"role", word({2, EntryRole::Publisher, active})},
        {"no role", word({2, EntryRole::None, active})},
        {"odd role", word({2, static_cast<EntryRole>(9), active})},
        {"departed subscriber", word({2, EntryRole::Subscriber, EntryState::Departed})},
        {"odd state", word({2, EntryRole::Subscriber, static_cast<EntryState>(9)})},
        {"free with a number", word({2, EntryRole::Subscriber, EntryState::Free})},
        {"number 0", word({0, EntryRole::Subscriber, active})},
        {"number of another", word({3, EntryRole::Subscriber, active})},
        {"number to come", word({4, EntryRole::Subscriber, active})},
        {"bytes", [](auto&, RosterEntry* e) { e[4].segment_bytes -= 1; }},
        {"waker", [](auto&, RosterEntry* e) { e[4].waker = 0; }},
        {"eventfd that is not there", [](auto&, RosterEntry* e) { e[4].waker = 2; }},
        {"peer", [](auto&, RosterEntry* e) { e[4].peer[0] = 'o'; }},
        {"peer's end", [](auto&, RosterEntry* e) { std::memset(e[4].peer, ':', 80); }},
    };
    for (const auto& [what, spoil] : cases) {
        CAPTURE(what);
        const auto why = Wreck{}.why_aside(spoil);
        CAPTURE(why);
        CHECK(why.starts_with("r1: "));
    }
}

TEST_CASE("restoration: a departure at a time that cannot be sets the roster aside") {
    for (const std::uint64_t late : {0U, 1U, 9U}) {
        const auto why = Wreck{}.why_aside([&](auto&, RosterEntry* e) {
            e[0].word = EntryWord{1, EntryRole::Publisher, EntryState::Departed}.pack();
            e[0].late = late;
        });
        CHECK(why == "r1: entry 0 has departed at an impossible time");
    }
}

// What stands in for the kept descriptor, and what is said of it.
std::string verdict_with(const char* name, bus::base::UniqueFd fd) {
    Wreck wreck;
    wreck.kill();
    wreck.store.replace(name, std::move(fd));
    return wreck.verdict();
}

TEST_CASE("restoration: a roster that is no memory of the right size and seals is set aside") {
    using bus::base::make_memfd;
    using bus::base::UniqueFd;
    CHECK(verdict_with("r1", make_memfd("t", 4096)) == "r1: it is no roster");
    CHECK(verdict_with("r1", make_memfd("t", 512)) == "r1: it is too short for a roster");
    CHECK(verdict_with("r1", UniqueFd{::eventfd(0, EFD_CLOEXEC)}) ==
          "r1: r1: the handle is not a memfd");
    UniqueFd loose{::memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    REQUIRE(::ftruncate(loose.get(), 4096) == 0);
    CHECK(verdict_with("r1", std::move(loose)) ==
          "r1: r1: the segment is not sealed as it must be");
}

TEST_CASE("restoration: a segment that is no memory of the right size and seals is the same") {
    Wreck wreck;
    const auto bytes = wreck.region().bytes_of(bus::Role::Subscriber);
    const auto with = [](auto fd) { return verdict_with("s1.2", std::move(fd)); };
    CHECK(with(bus::base::make_memfd("t", bytes)) ==
          "r1: s1.2: the segment is not sealed as it must be");
    auto larger = bus::base::make_memfd("t", bytes + 4096);
    bus::base::seal_future_writes(larger.get(), "t");
    CHECK(with(std::move(larger)).starts_with("r1: s1.2: the segment has "));
    CHECK(verdict_with("e1.3", bus::base::make_memfd("t", 4096)) == "r1: e1.3 wakes nobody");
}

TEST_CASE("restoration: a descriptor that is there twice is one too many") {
    Wreck wreck;
    wreck.kill();
    wreck.store.keep("s1.2", wreck.store.fd("s1.2"));
    CHECK(wreck.verdict() == "r1: there are 2 descriptors s1.2");
}

TEST_CASE("region: where the store is full nobody joins, and nothing stays of the attempt") {
    TestStore store;
    TestRegistry bus{{}, &store};
    auto& region = bus.create("a");
    store.full = true;
    CHECK(refusal([&] { const TestSubscriber member{region}; }).code == bus::Errc::LimitsExceeded);
    CHECK(refusal([&] { bus.create("b"); }).code == bus::Errc::LimitsExceeded);
    CHECK(region.attachments() == 0);
    CHECK(bus.semaphores().empty());
    CHECK(store.names() == "r1");
    CHECK(TestRoster{region}.entry(4) == "free");
}

TEST_CASE("region: the same request once more gets the same attachment until it is active") {
    TestRegistry bus;
    auto& region = bus.create("a");
    JoinRequest request{.role = bus::Role::Subscriber, .token = 77};
    const auto& first = region.attach(request, user(1000));
    CHECK(&region.attach(request, user(1000)) == &first);
    CHECK(&region.attach(request, user(1000, ":1.9")) != &first);
    CHECK(region.attachments() == 2);
    region.activate(first.id(), ":1.1");
    region.activate(first.id(), ":1.1");
    CHECK(refusal([&] { (void)region.attach(request, user(1000)); }).code ==
          bus::Errc::LimitsExceeded);  // a third one
}

TEST_CASE(
    "region: a dead publisher that had scribbled over its head is let go when it is drained") {
    TestRegistry bus;
    auto& region = bus.create("a");
    TestPublisher publisher{region};
    TestSubscriber subscriber{region};
    subscriber.bind(publisher);
    publisher.publish();
    publisher.header().head = 1'000'000;
    publisher.die();
    CHECK(region.attachments() == 2);
    subscriber.take_all();
    const TestPublisher reaper{region, ":1.8"};
    CHECK(region.attachments() == 2);
}

}  // namespace
}  // namespace shmbusd
