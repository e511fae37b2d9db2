#include "base/fence.hpp"

#include <doctest/doctest.h>

#include <bus/error.hpp>

namespace bus::base {
namespace {

TEST_CASE("fence: a full one needs no registration") {
    light_fence(Fence::Full);
    heavy_fence(Fence::Full);
    CHECK(true);
}

TEST_CASE("fence: registering is allowed as often as one likes, and then the heavy one works") {
    try {
        register_membarrier("fence-test");
        register_membarrier("fence-test");
    } catch (const Error& error) {
        // Where a sandbox forbids it, the text must say what to do instead.
        CHECK(error.errc() == Errc::FenceUnavailable);
        CHECK(std::string{error.what()}.find("fence=full") != std::string::npos);
        return;
    }
    heavy_fence(Fence::Asymmetric);
    light_fence(Fence::Asymmetric);
}

}  // namespace
}  // namespace bus::base
