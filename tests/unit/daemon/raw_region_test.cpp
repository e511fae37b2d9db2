// A raw region in the daemon: the lock of who has gone, growth, and what the next daemon takes up.
#include "daemon/raw_region.hpp"

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "abi/raw_layout.hpp"
#include "shm/region_lock.hpp"
#include "store_fixture.hpp"

namespace shmbusd {
namespace {

bus::abi::Shape board() {
    auto shape = bus::abi::default_shape(bus::Kind::Raw);
    shape.size = 8192;
    shape.fence = bus::Fence::Full;
    return shape;
}

// What an attachment maps of that which all share, as the daemon hands it out.
class Shared {
public:
    Shared(Region& region, const Member& member)
        : opened{region.open_bytes(member.id, member.who().peer)},
          lock{opened.lock, bus::abi::Geometry::page, bus::base::Access::ReadWrite,
               bus::base::Populate::Lazily, "lock"},
          bytes{opened.segment, opened.bytes, bus::base::Access::ReadWrite,
                bus::base::Populate::Lazily, "bytes"} {}
    [[nodiscard]] bus::shm::WriterLock as(std::uint64_t id) const { return {lock.data(), id}; }

    SharedBytes opened;
    bus::base::Mapping lock;
    bus::base::Mapping bytes;
};

TEST_CASE(
    "raw region: the lock of a writer that died is abandoned, that of others is not touched") {
    TestRegistry daemon;
    auto& region = daemon.create("board", board());
    Member holder{region, bus::Role::Writer, user(1000, ":1.1")};
    Member other{region, bus::Role::Writer, user(1000, ":1.2")};
    const Shared shared{region, holder};
    REQUIRE(shared.as(holder.id).try_obtain() == bus::shm::Obtained::Yes);
    other.die();
    CHECK(shared.as(holder.id).held());
    holder.die();
    CHECK(shared.as(9).try_obtain() == bus::shm::Obtained::Abandoned);
}

TEST_CASE("raw region: a number in the lock that is nobody's goes when somebody comes or leaves") {
    TestRegistry daemon;
    auto& region = daemon.create("board", board());
    Member writer{region, bus::Role::Writer, user(1000, ":1.1")};
    const Shared shared{region, writer};
    REQUIRE(shared.as(77).try_obtain() == bus::shm::Obtained::Yes);
    Member newcomer{region, bus::Role::Reader, user(1000, ":1.2")};
    CHECK(shared.as(writer.id).try_obtain() == bus::shm::Obtained::Abandoned);
}

TEST_CASE("raw region: more bytes are the region's once who holds the lock announces them") {
    TestRegistry daemon;
    auto& region = daemon.create("board", board());
    Member writer{region, bus::Role::Writer, user(1000, ":1.1")};
    const Shared shared{region, writer};
    const auto grown = daemon.registry.grow(region, writer.id, 16384, ":1.1");
    CHECK(grown.generation == 2);
    CHECK(region.generation() == 1);
    const auto announce = [&] { region.announce_bytes(writer.id, ":1.1", 2); };
    CHECK(refusal(announce).code == bus::Errc::AccessDenied);
    CHECK(refusal([&] { region.announce_bytes(writer.id, ":1.1", 3); }).code ==
          bus::Errc::InvalidArgument);
    REQUIRE(shared.as(writer.id).try_obtain() == bus::shm::Obtained::Yes);
    announce();
    CHECK(region.generation() == 2);
    CHECK(region.size() == 16384);
    CHECK(TestRoster{region}.reader.generation() == 2);
    CHECK(refusal(announce).code == std::nullopt);  // the answer may have been lost
}

TEST_CASE("raw region: bytes that were not announced are dropped with who asked for them") {
    TestRegistry daemon;
    auto& region = daemon.create("board", board());
    Member writer{region, bus::Role::Writer, user(1000, ":1.1")};
    const auto before = region.bytes() - region.bytes_of(bus::Role::Writer);
    static_cast<void>(daemon.registry.grow(region, writer.id, 16384, ":1.1"));
    CHECK(region.bytes() > before + 16384);
    writer.die();
    CHECK(region.bytes() == before);
    CHECK(region.generation() == 1);
}

TEST_CASE("raw region: a reader does not grow it, and it grows within its limits alone") {
    TestRegistry daemon;
    auto& region = daemon.create("board", board());
    Member writer{region, bus::Role::Writer, user(1000, ":1.1")};
    Member reader{region, bus::Role::Reader, user(1000, ":1.2")};
    const auto grow = [&](const Member& member, std::uint64_t bytes) {
        return refusal([&] {
                   static_cast<void>(
                       daemon.registry.grow(region, member.id, bytes, member.who().peer));
               })
            .code;
    };
    CHECK(grow(reader, 16384) == bus::Errc::AccessDenied);
    CHECK(grow(writer, 8192) == bus::Errc::InvalidArgument);
    CHECK(grow(writer, ~std::uint64_t{0}).has_value());
    CHECK(grow(writer, 8193) == std::nullopt);
}

TEST_CASE(
    "raw region: the next daemon takes up bytes, lock and generation, and frees dead holders") {
    TestStore store;
    auto first = std::make_unique<TestRegistry>(Limits{}, &store);
    auto& region = first->create("board", board());
    Member writer{region, bus::Role::Writer, user(1000, ":1.1")};
    const Shared shared{region, writer};
    auto lock = shared.as(writer.id);
    REQUIRE(lock.try_obtain() == bus::shm::Obtained::Yes);
    static_cast<void>(first->registry.grow(region, writer.id, 16384, ":1.1"));
    region.announce_bytes(writer.id, ":1.1", 2);
    CHECK(store.names() == "b1.2 l1 r1 s1.1");
    store.set_open(false);
    first.reset();
    store.set_open(true);

    TestRegistry next{{}, &store};
    const auto done = restore(next.registry, store, store.leave());
    REQUIRE(done.set_aside.empty());
    auto& restored = next.registry.get("board");
    CHECK(restored.generation() == 2);
    CHECK(restored.size() == 16384);
    CHECK(lock.held());
    restored.client_gone(":1.1");
    CHECK(shared.as(9).try_obtain() == bus::shm::Obtained::Abandoned);
    next.registry.remove("board");
    CHECK(store.names().empty());
}

TEST_CASE("raw region: one that was cut short while it was made is dropped by the next daemon") {
    TestStore store;
    auto first = std::make_unique<TestRegistry>(Limits{}, &store);
    first->create("board", board());
    store.set_open(false);
    first.reset();
    store.set_open(true);
    {
        bus::base::Mapping roster{store.fd("r1"), 4096, bus::base::Access::ReadWrite,
                                  bus::base::Populate::Lazily, "roster"};
        reinterpret_cast<bus::abi::RosterHeader*>(roster.data())->generation = 0;
    }
    store.drop("l1");
    TestRegistry next{{}, &store};
    const auto done = restore(next.registry, store, store.leave());
    CHECK(done.set_aside.empty());
    CHECK(next.registry.regions().empty());
    CHECK(store.names().empty());
}

TEST_CASE("raw region: bytes of another size than the roster says set it aside") {
    TestStore store;
    auto first = std::make_unique<TestRegistry>(Limits{}, &store);
    first->create("board", board());
    store.set_open(false);
    first.reset();
    store.set_open(true);
    store.replace("b1.1", bus::base::make_memfd("short", 4096));
    TestRegistry next{{}, &store};
    CHECK(restore(next.registry, store, store.leave()).set_aside.size() == 1);
}

}  // namespace
}  // namespace shmbusd
