// What a measurement plays in: its partner, the bus under test, and how long it shall take.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <sys/types.h>

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

struct Setting {
    std::array<int, 2> cores{};
    std::string address;  // of the bus
    Tempo tempo = Tempo::Full;
    std::uint64_t counted = 0;    // messages of a batch whose calls a tracer counts; 0: none does
    Meter allocations = nullptr;  // null: none are counted
    std::string label = "bench";  // begins the name of whatever is made
    std::string folder;           // for what has to have a path
    ::pid_t broker = 0;           // the bus's daemon; 0: not known
};

class Scene {
public:
    Scene(Partner& partner, Setting setting) : partner_{partner}, setting_{std::move(setting)} {}

    [[nodiscard]] Partner& partner() const noexcept { return partner_; }
    [[nodiscard]] bool first() const noexcept { return partner_.first(); }
    [[nodiscard]] std::array<int, 2> cores() const noexcept { return setting_.cores; }
    [[nodiscard]] const std::string& address() const noexcept { return setting_.address; }
    [[nodiscard]] Tempo tempo() const noexcept { return setting_.tempo; }
    [[nodiscard]] bool counted() const noexcept { return setting_.counted != 0; }
    [[nodiscard]] bus::Connection& bus() {
        if (!bus_) bus_.emplace(bus::Connection::address(setting_.address));
        return *bus_;
    }
    // bus() connects anew the next time. Requires: nothing lives that came of it.
    void forget_bus() noexcept { bus_.reset(); }
    [[nodiscard]] const std::string& label() const noexcept { return setting_.label; }
    [[nodiscard]] const std::string& folder() const noexcept { return setting_.folder; }
    // The bus's daemon; 0 when it is not known.
    [[nodiscard]] ::pid_t broker() const noexcept { return setting_.broker; }
    // Processor time that the bus's daemon took so far, nanoseconds; 0 when it is not known.
    [[nodiscard]] double broker_time() const;

    // What becomes of a plan at this scene's tempo.
    [[nodiscard]] Plan scaled(Plan plan) const noexcept {
        if (counted()) return {setting_.counted, 1};
        if (tempo() == Tempo::Full) return plan;
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
        return setting_.allocations != nullptr ? setting_.allocations() : 0;
    }

    Partner& partner_;
    Setting setting_;
    std::uint64_t allocations_ = 0;
    std::optional<bus::Connection> bus_;
};

}  // namespace bench
