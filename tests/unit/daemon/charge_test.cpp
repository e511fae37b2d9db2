#include "daemon/charge.hpp"

#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

namespace shmbusd {
namespace {

using bus::Resources;

constexpr Resources one{.regions = 1, .attachments = 2, .bytes = 3};
constexpr Resources other{.regions = 10, .attachments = 20, .bytes = 30};

static_assert(!std::is_copy_constructible_v<Charge> && !std::is_copy_assignable_v<Charge>);

TEST_CASE("charge: it counts for as long as it lives") {
    Resources account;
    {
        const Charge charge{account, one};
        CHECK(charge);
        CHECK(account == one);
        const Charge more{account, other};
        CHECK(account == Resources{11, 22, 33});
    }
    CHECK(account == Resources{});
}

TEST_CASE("charge: an empty one counts nothing") {
    const Charge charge;
    CHECK_FALSE(charge);
}

TEST_CASE("charge: moved, it counts once, and to the last owner") {
    Resources account;
    Charge target;
    {
        Charge source{account, one};
        target = std::move(source);
        CHECK(account == one);
    }
    CHECK(account == one);
    Charge constructed{std::move(target)};
    CHECK_FALSE(target);  // NOLINT(bugprone-use-after-move)
    CHECK(constructed.what() == one);
    CHECK(account == one);
}

TEST_CASE("charge: moved onto another, it gives back what that one counted") {
    Resources first;
    Resources second;
    Charge target{first, one};
    target = Charge{second, other};
    CHECK(first == Resources{});
    CHECK(second == other);
    target = Charge{};
    CHECK(second == Resources{});
}

}  // namespace
}  // namespace shmbusd
