#include <algorithm>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sys/stat.h>

#include <doctest/doctest.h>

#include <bus/container_space.hpp>

#include "base/mapping.hpp"
#include "base/memfd.hpp"

namespace bus {
namespace {

struct Pose {
    double x = 0, y = 0;
    friend bool operator==(const Pose&, const Pose&) = default;
};
struct alignas(64) Wide {
    std::uint64_t number = 0;
};

using Ages = SharedMap<SharedString, std::int32_t>;

// One piece of memory as a writer and a reader map it, at two addresses.
class TestMemory {
public:
    explicit TestMemory(std::size_t bytes = 64 * 1024)
        : fd_{base::make_memfd("containers-test", bytes)},
          writable_{map(base::Access::ReadWrite)},
          readable_{map(base::Access::ReadOnly)} {}
    [[nodiscard]] std::span<std::byte> writable() const {
        return {writable_.data(), writable_.size()};
    }
    [[nodiscard]] std::span<const std::byte> readable() const {
        return {readable_.data(), readable_.size()};
    }
    [[nodiscard]] ContainerWriter writer() const { return {writable(), "board"}; }
    [[nodiscard]] ContainerReader reader() const { return {readable(), "board"}; }
    [[nodiscard]] SharedLayout::Header& header() const {
        return *reinterpret_cast<SharedLayout::Header*>(writable_.data());
    }
    [[nodiscard]] SharedLayout::Entry& entry(std::size_t index) const {
        return reinterpret_cast<SharedLayout::Entry*>(&header() + 1)[index];
    }

private:
    [[nodiscard]] base::Mapping map(base::Access access) const {
        struct stat status {};
        ::fstat(fd_.get(), &status);
        return {fd_.get(), static_cast<std::size_t>(status.st_size), access, base::Populate::Lazily,
                "test"};
    }
    base::UniqueFd fd_;
    base::Mapping writable_;
    base::Mapping readable_;
};

class TestSpace : public TestMemory {
public:
    explicit TestSpace(std::size_t bytes = 64 * 1024) : TestMemory{bytes} {
        ContainerWriter::lay_out(writable(), "board");
    }
};

std::optional<Errc> refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.errc();
    }
    return std::nullopt;
}

TEST_CASE("containers: a value is read where it was written, in a mapping at another address") {
    const TestSpace space;
    space.writer().make<Pose>("home", Pose{1, 2});
    const auto* home = space.reader().find<Pose>("home");
    REQUIRE(home != nullptr);
    CHECK(*home == Pose{1, 2});
    CHECK(reinterpret_cast<const std::byte*>(home) >= space.readable().data());
}

TEST_CASE("containers: what is there is found, not made anew") {
    const TestSpace space;
    space.writer().make<std::uint64_t>("count", 7U);
    CHECK(space.writer().make<std::uint64_t>("count", 8U) == 7);
}

TEST_CASE("containers: a vector grows and is read from a read-only mapping") {
    const TestSpace space;
    auto writer = space.writer();
    auto& path = writer.make<SharedVector<Pose>>("path");
    for (int i = 0; i < 100; ++i) path.push_back({double(i), 0});
    const auto* read = space.reader().find<SharedVector<Pose>>("path");
    REQUIRE(read != nullptr);
    REQUIRE(read->size() == 100);
    CHECK((*read)[99] == Pose{99, 0});
}

TEST_CASE("containers: a map from strings is looked up without a string in the region") {
    const TestSpace space;
    auto writer = space.writer();
    auto& ages = writer.make<Ages>("ages");
    ages.emplace(writer.string("Ann, who has a name that is too long for its own place"), 36);
    ages.emplace(writer.string("Ben"), 41);
    const auto* read = space.reader().find<Ages>("ages");
    REQUIRE(read != nullptr);
    const auto ben = read->find(std::string_view{"Ben"});
    REQUIRE(ben != read->end());
    CHECK(ben->second == 41);
    CHECK(read->begin()->second == 36);
    CHECK(read->find(std::string_view{"Cleo"}) == read->end());
}

TEST_CASE("containers: vectors of strings hold, in vectors as well") {
    const TestSpace space;
    auto writer = space.writer();
    auto& lines = writer.make<SharedVector<SharedString>>("lines");
    lines.push_back(writer.string("short"));
    lines.push_back(writer.string("long enough to be kept outside of the string object itself"));
    const auto* read = space.reader().find<SharedVector<SharedString>>("lines");
    REQUIRE(read != nullptr);
    CHECK((*read)[0] == "short");
    CHECK((*read)[1].size() == 58);
}

TEST_CASE("containers: what is aligned to more than the pool's own alignment is") {
    const TestSpace space;
    auto writer = space.writer();
    CHECK(reinterpret_cast<std::uintptr_t>(&writer.make<Wide>("wide")) % alignof(Wide) == 0);
    auto& many = writer.make<SharedVector<Wide>>("many");
    many.resize(3);
    CHECK(reinterpret_cast<std::uintptr_t>(many.data()) % alignof(Wide) == 0);
}

TEST_CASE("containers: an object of another type is refused, naming both") {
    const TestSpace space;
    space.writer().make<SharedVector<std::int32_t>>("numbers");
    for (const auto& call : std::initializer_list<std::function<void()>>{
             [&] { (void)space.reader().find<SharedVector<std::uint32_t>>("numbers"); },
             [&] { (void)space.reader().find<Ages>("numbers"); },
             [&] { space.writer().make<std::int32_t>("numbers"); },
             [&] { space.writer().remove<Pose>("numbers"); }})
        CHECK(refusal(call) == Errc::TypeMismatch);
    CHECK_THROWS_WITH(space.writer().make<Ages>("numbers"),
                      "board: \"numbers\" is a vector<int>, not a map<string, int>");
}

TEST_CASE("containers: types whose names are longer than the index has room for are told apart") {
    using Layer = SharedMap<SharedString, SharedMap<SharedString, Pose>>;
    using Deep = SharedMap<SharedMap<Layer, Layer>, SharedMap<Layer, Pose>>;
    using Deeper = SharedMap<SharedMap<Layer, Layer>, SharedMap<Layer, Wide>>;
    REQUIRE(SharedType<Deep>::name().size() > SharedLayout::longest_type);
    const TestSpace space;
    space.writer().make<Deep>("deep");
    CHECK(space.reader().find<Deep>("deep") != nullptr);
    CHECK(refusal([&] { (void)space.reader().find<Deeper>("deep"); }) == Errc::TypeMismatch);
}

TEST_CASE("containers: a full one says so and is as it was") {
    const TestSpace space{SharedLayout::least_bytes};
    auto writer = space.writer();
    auto& ages = writer.make<Ages>("ages");
    std::int32_t count = 0;
    const auto fill = [&] {
        for (;; ++count) ages.emplace(writer.string("name " + std::to_string(count)), count);
    };
    CHECK(refusal(fill) == Errc::NoSpace);
    CHECK(count > 20);
    const auto* read = space.reader().find<Ages>("ages");
    REQUIRE(read->size() == static_cast<std::size_t>(count));
    for (std::int32_t i = 0; i < count; ++i)
        CHECK(read->find("name " + std::to_string(i))->second == i);
}

TEST_CASE("containers: a full vector keeps its elements, and has room again when others go") {
    const TestSpace space{SharedLayout::least_bytes};
    auto writer = space.writer();
    writer.make<SharedVector<char>>("ballast").resize(8192);
    auto& numbers = writer.make<SharedVector<std::uint64_t>>("numbers");
    const auto fill = [&] {
        for (;;) numbers.push_back(numbers.size());
    };
    CHECK(refusal(fill) == Errc::NoSpace);
    const auto held = numbers.size();
    for (std::size_t i = 0; i < held; ++i) REQUIRE(numbers[i] == i);
    CHECK(writer.remove<SharedVector<char>>("ballast"));
    CHECK(refusal(fill) == Errc::NoSpace);
    CHECK(numbers.size() > held);
}

TEST_CASE("containers: when all names are taken that is said, and all are there") {
    const TestSpace space;
    auto writer = space.writer();
    int made = 0;
    const auto fill = [&] {
        for (;; ++made) writer.make<int>("name" + std::to_string(made), made);
    };
    CHECK(refusal(fill) == Errc::NoSpace);
    CHECK(made == static_cast<int>(SharedLayout::entries_for(64 * 1024)));
    CHECK(space.reader().objects().size() == static_cast<std::size_t>(made));
}

TEST_CASE("containers: a removed object is gone, its name and its memory free") {
    const TestSpace space;
    auto writer = space.writer();
    const auto before = writer.free_bytes();
    writer.make<SharedVector<Pose>>("path").resize(50);
    CHECK(writer.free_bytes() < before);
    CHECK(writer.remove<SharedVector<Pose>>("path"));
    CHECK(writer.free_bytes() == before);
    CHECK(space.reader().find<SharedVector<Pose>>("path") == nullptr);
    CHECK_FALSE(writer.remove<SharedVector<Pose>>("path"));
}

TEST_CASE("containers: names that are empty or too long are refused") {
    const TestSpace space;
    auto writer = space.writer();
    CHECK(refusal([&] { writer.make<int>(""); }) == Errc::InvalidArgument);
    CHECK(refusal([&] { writer.make<int>(std::string(64, 'n')); }) == Errc::InvalidArgument);
    writer.make<int>(std::string(63, 'n'), 5);
    CHECK(*space.reader().find<int>(std::string(63, 'n')) == 5);
    CHECK(space.reader().find<int>("") == nullptr);
}

TEST_CASE("containers: the list says name, kind, type, count and size of an element") {
    const TestSpace space;
    auto writer = space.writer();
    writer.make<Pose>("home");
    writer.make<SharedVector<Pose>>("path").resize(3);
    writer.make<SharedString>("title").assign("Map of the hall, as of last Tuesday's walk");
    writer.make<Ages>("ages").emplace(writer.string("Ann"), 36);
    const auto objects = space.reader().objects();
    REQUIRE(objects.size() == 4);
    CHECK(objects[0].name == "home");
    CHECK(objects[0].kind == SharedKind::Value);
    CHECK(objects[0].count == 1);
    CHECK(objects[0].element == 16);
    CHECK(objects[1].kind == SharedKind::Vector);
    CHECK(objects[1].type.starts_with("vector<"));
    CHECK(objects[1].count == 3);
    CHECK(objects[2].kind == SharedKind::String);
    CHECK(objects[2].count == 42);
    CHECK(objects[3].type == "map<string, int>");
    CHECK(objects[3].count == 1);
}

TEST_CASE("containers: memory that nobody laid out is refused, and so is a layout not known") {
    const TestMemory fresh;
    CHECK(ContainerWriter::is_fresh(fresh.readable()));
    CHECK(refusal([&] { (void)fresh.reader(); }) == Errc::BadSegment);
    const TestSpace space;
    CHECK_FALSE(ContainerWriter::is_fresh(space.readable()));
    space.header().version = 2;
    CHECK_THROWS_WITH((void)space.reader(),
                      "board: its containers have layout 2, this version knows "
                      "layout 1");
    CHECK(refusal([&] { (void)space.writer(); }) == Errc::BadSegment);
    space.header().version = SharedLayout::version;
    space.header().boost = 1080;
    CHECK(refusal([&] { (void)space.reader(); }) == Errc::BadSegment);
}

TEST_CASE("containers: memory too small for them is refused before anything is written") {
    const TestMemory small{4096};
    CHECK(refusal([&] { ContainerWriter::lay_out(small.writable(), "board"); }) ==
          Errc::InvalidArgument);
    CHECK(ContainerWriter::is_fresh(small.readable()));
}

TEST_CASE("containers: an index that was scribbled over leads nobody out of the memory") {
    const TestSpace space;
    space.writer().make<SharedVector<Pose>>("path");
    for (const std::uint64_t offset : {~std::uint64_t{0}, std::uint64_t{64 * 1024},
                                       std::uint64_t{64 * 1024 - 8}, std::uint64_t{12345}}) {
        CAPTURE(offset);
        space.entry(0).offset = offset;
        CHECK(refusal([&] { (void)space.reader().find<SharedVector<Pose>>("path"); }) ==
              Errc::BadSegment);
        CHECK(refusal([&] { (void)space.reader().objects(); }) == Errc::BadSegment);
    }
    space.header().entries = 1'000'000;
    CHECK(refusal([&] { (void)space.reader().objects(); }) == Errc::BadSegment);
    CHECK(refusal([&] { (void)space.writer(); }) == Errc::BadSegment);
}

TEST_CASE("containers: an index of random bytes is listed or refused, and never read beyond") {
    const TestSpace space;
    auto* bytes = reinterpret_cast<std::uint8_t*>(&space.entry(0));
    std::uint32_t random = 1;
    for (int round = 0; round < 200; ++round) {
        for (std::size_t i = 0; i < 16 * sizeof(SharedLayout::Entry); ++i)
            bytes[i] = static_cast<std::uint8_t>((random = random * 1664525 + 1013904223) >> 24);
        CHECK_NOTHROW((void)refusal([&] { (void)space.reader().objects(); }));
    }
}

TEST_CASE("containers: memory that has grown is used to its new end, and nothing is lost") {
    const TestSpace small{SharedLayout::least_bytes};
    auto before = small.writer();
    before.make<SharedVector<int>>("numbers").assign(100, 7);
    const TestMemory large{1024 * 1024};
    std::ranges::copy(small.readable(), large.writable().begin());
    auto after = large.writer();
    CHECK(after.free_bytes() > 900 * 1024);
    auto& numbers = after.make<SharedVector<int>>("numbers");
    CHECK(numbers == SharedVector<int>(100, 7, numbers.get_allocator()));
    numbers.resize(100'000);
    CHECK(large.reader().find<SharedVector<int>>("numbers")->size() == 100'000);
    CHECK(refusal([&] { ContainerWriter(large.writable().first(32 * 1024), "board"); }) ==
          Errc::BadSegment);
}

TEST_CASE("containers: a change that did not come to its end shows to whoever looks") {
    const TestSpace space;
    auto writer = space.writer();
    CHECK_FALSE(space.reader().half_changed());
    writer.begin_change();
    CHECK(space.reader().half_changed());
    writer.end_change();
    CHECK_FALSE(space.reader().half_changed());
}

}  // namespace
}  // namespace bus
