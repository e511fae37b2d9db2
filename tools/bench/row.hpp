// A line of the bench's table: what is measured, how, and what it must reach.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scene.hpp"

namespace bench {

// How far apart the cores were while a figure was taken.
enum class Distance { Near, Between, Far };

// One-way times of the bare ping-pong, nanoseconds.
inline constexpr double near_below = 100;
inline constexpr double far_above = 200;
// Brackets that differ by more mean that the host moved a core meanwhile.
inline constexpr double brackets_agree = 1.25;

[[nodiscard]] constexpr Distance distance_of(double bare) noexcept {
    return bare < near_below  ? Distance::Near
           : bare > far_above ? Distance::Far
                              : Distance::Between;
}

// What the issue asks for.
struct Limit {
    enum class Of { Value, Ratio, Plain } of = Of::Value;  // Ratio: to the bare line
    enum class Bound { AtMost, AtLeast } bound = Bound::AtMost;
    double at = 0;
    std::optional<Distance> only;  // at this distance, or at any
};

// What one pass came to, in the row's unit.
struct Figure {
    double value = 0;
    std::optional<double> plain;  // what a plain one took that was run in turns with it
    std::optional<double> p99;
    std::optional<double> p999;
    std::optional<double> rate;  // messages a second, streamed
    std::optional<double> cpu;   // nanoseconds of processor time a streamed message
    std::uint64_t faults = 0;    // payloads that were not what they had to be
    std::string note;
};

// One side's part in a row, between attaching (its constructor) and detaching (its destructor).
class Course {
public:
    Course() = default;
    Course(const Course&) = delete;
    Course& operator=(const Course&) = delete;
    virtual ~Course() = default;

    // One pass; both sides run it together, the first side's figure counts.
    [[nodiscard]] virtual Figure run() = 0;
};

enum class Unit { Nanoseconds, Milliseconds, MillionsPerSecond, Calls, Kibibytes };

// Whether the bare ping-pong before and after a pass decides if the pass counts.
enum class Bracketed { Yes, No };

struct Row {
    std::string name;
    Unit unit = Unit::Nanoseconds;
    Bracketed bracketed = Bracketed::Yes;
    std::vector<Limit> limits;
    std::string
        plain;  // the row that does the same through a plain shared mapping, if there is one
    std::function<std::unique_ptr<Course>(Scene&)> enter;
};

// A pass and the bare one-way times around it (0 where the row is not bracketed).
struct Pass {
    Figure figure;
    double before = 0;
    double after = 0;
    double pair = 0;                // the pair's, before it
    std::uint64_t allocations = 0;  // in the measured loops of both sides

    [[nodiscard]] double bare() const noexcept { return (before + after) / 2; }
    [[nodiscard]] bool counts() const noexcept {
        return before < after * brackets_agree && after < before * brackets_agree;
    }
};

struct Result {
    const Row* row = nullptr;
    std::vector<Pass> passes;  // those that count, or all when none does
    bool disturbed = false;    // none counts
};

}  // namespace bench
