// What a measurement plays in: its partner, the bus under test, and how long it shall take.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <bus/connection.hpp>

#include "mark.hpp"
#include "partner.hpp"

namespace bench {

enum class Tempo { Full, Quick };

// So many batches of so many messages (or rounds).
struct Plan {
    std::uint64_t count = 0;
    std::uint64_t batches = 0;
};

// Reads a count of this process that measured loops shall not move.
using Meter = std::uint64_t (*)() noexcept;

class Scene {
public:
    // With `counted` messages, a tracer counts the calls of one batch of so many. `allocations`
    // may be null: then none are counted.
    Scene(Partner& partner, std::array<int, 2> cores, std::string address, Tempo tempo,
          std::uint64_t counted = 0, Meter allocations = nullptr)
        : partner_{partner},
          cores_{cores},
          address_{std::move(address)},
          tempo_{tempo},
          counted_{counted},
          meter_{allocations} {}

    [[nodiscard]] Partner& partner() const noexcept { return partner_; }
    [[nodiscard]] bool first() const noexcept { return partner_.first(); }
    [[nodiscard]] std::array<int, 2> cores() const noexcept { return cores_; }
    [[nodiscard]] const std::string& address() const noexcept { return address_; }
    [[nodiscard]] Tempo tempo() const noexcept { return tempo_; }
    [[nodiscard]] bool counted() const noexcept { return counted_ != 0; }
    [[nodiscard]] bus::Connection& bus() {
        if (!bus_) bus_.emplace(bus::Connection::address(address_));
        return *bus_;
    }

    // What becomes of a plan at this scene's tempo.
    [[nodiscard]] Plan scaled(Plan plan) const noexcept {
        if (counted()) return {counted_, 1};
        if (tempo_ == Tempo::Full) return plan;
        return {plan.count / 4 + 1, plan.batches / 2 + 1};
    }

    // Runs a measured loop. Both sides must call it: they start it awake and together.
    template <class Body>
    void hot(Body&& body) {
        partner_.meet();
        if (counted()) mark(mark_begin);
        partner_.bare().bounce(200);
        const auto before = read_meter();
        std::forward<Body>(body)();
        allocations_ += read_meter() - before;
        if (counted()) mark(mark_end);
    }

    // Runs a loop that is set-up yet: the first touch of every slot, the first look at every peer.
    template <class Body>
    void rehearse(Body&& body) {
        partner_.meet();
        partner_.bare().bounce(200);
        std::forward<Body>(body)();
        partner_.meet();
    }

    // Allocations in hot() since the last call.
    [[nodiscard]] std::uint64_t take_allocations() noexcept {
        return std::exchange(allocations_, 0);
    }

private:
    [[nodiscard]] std::uint64_t read_meter() const noexcept {
        return meter_ != nullptr ? meter_() : 0;
    }

    Partner& partner_;
    std::array<int, 2> cores_;
    std::string address_;
    Tempo tempo_;
    std::uint64_t counted_;
    Meter meter_;
    std::uint64_t allocations_ = 0;
    std::optional<bus::Connection> bus_;
};

}  // namespace bench
