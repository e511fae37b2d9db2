// A hostile peer: attaches as it is entitled to, by hand, and then writes what it likes over every
// byte that it can map writable, and misuses all else that it was handed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "abi/geometry.hpp"
#include "base/mapping.hpp"
#include "descriptor.hpp"
#include "progress.hpp"
#include "stage.hpp"
#include "wire_client.hpp"

namespace adversity {

class Foe {
public:
    struct Plan {
        std::string region;
        bus::Role role{};
        bus::abi::Geometry geometry;
        std::uint64_t seed = 0;
        bool stranger = false;  // of another user than the daemon
    };
    Foe(const integration::Stage& stage, Plan plan, Progress& progress);

    // Goes on until it is over. Throws: std::runtime_error when it could write what it must not.
    void rage();

private:
    // Memory of somebody else's, and the handle it came by.
    struct Opened {
        integration::Descriptor handle;
        bus::base::Mapping mapping;
        std::uint64_t id = 0;
    };

    void join();
    void try_to_join();
    void leave();
    void open_peers();
    void open_bytes();

    void mutate();
    void write_word(std::byte* place, std::uint64_t value);
    void write_anywhere(std::byte* begin, std::size_t size);
    // What stands somewhere in a peer's memory: numbers that mean something there.
    [[nodiscard]] std::uint64_t known_number();
    [[nodiscard]] std::uint64_t evil_number();
    void publish_almost();
    void subscribe_almost();
    void exchange_almost(std::byte* exchange);

    void misuse();
    void flood_semaphore();
    void break_semaphore();
    void try_to_write();
    void fork();
    void report_stall();

    [[nodiscard]] std::uint64_t number(std::uint64_t below) { return random_() % below; }

    const integration::Stage& stage_;
    Plan plan_;
    Progress& progress_;
    std::mt19937 random_;
    integration::WireClient wire_;
    integration::WireClient::Attached own_;
    bus::base::Mapping segment_;
    bus::base::Mapping roster_;
    std::vector<bus::base::Mapping> shared_;  // a writer's lock and bytes; its clients' exchanges
    std::vector<Opened> peers_;
    std::vector<Opened> foreign_;  // what else may only be read
    bool joined_ = false;
};

}  // namespace adversity
