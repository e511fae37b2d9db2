// Where a chaos plays: a bus, a daemon whose descriptors are kept when it dies, a /dev/shm of its
// own where root may have one, and the parts, each of which is replaced when it is killed.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actor.hpp"
#include "book.hpp"
#include "faults.hpp"
#include "keeper.hpp"
#include "parts.hpp"
#include "private_bus.hpp"

namespace chaos {

class Scene {
public:
    explicit Scene(std::uint64_t seed);
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    [[nodiscard]] std::size_t parts() const noexcept { return parts_.size(); }
    // Does one, and makes up for it when its time is over.
    void begin(const Fault& fault);
    void end(const Fault& fault);
    // Throws: std::runtime_error when a part has found a promise broken.
    void check_parts();
    // Waits until every part has done something since.
    void await_progress();
    // Lets every part come to its end.
    void finish();
    // What is left of it in the daemon, its store and /dev/shm, in words; empty: nothing.
    [[nodiscard]] std::string left();
    [[nodiscard]] Book& book() noexcept { return *book_; }
    [[nodiscard]] bool owns_shm() const noexcept { return owns_shm_; }
    [[nodiscard]] std::uint64_t sum();

private:
    struct Played {
        const Role* role = nullptr;
        std::unique_ptr<integration::Actor> actor;
        std::uint64_t lives = 0;
    };
    void play(std::size_t part);
    void limit_descriptors(bool none_more);
    void fill_shm(bool full);

    std::uint64_t seed_;
    bool owns_shm_;
    SharedBook book_;
    integration::PrivateBus bus_;
    std::string tag_;  // in its semaphores' names
    integration::Keeper keeper_;
    std::vector<Played> parts_;
};

}  // namespace chaos
