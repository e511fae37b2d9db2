// One operation of libbus that is cut short by death, and the survivors that must not feel it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "stage.hpp"
#include "victim.hpp"
#include "wire_client.hpp"

namespace adversity {

// Runs are numbered from 1; what a victim sends carries its run's number.
class Operation {
public:
    virtual ~Operation() = default;

    // In the victim: all that comes before, a mark, the operation, and a mark again.
    virtual void perform(std::uint64_t run, const Mark& mark) = 0;
    // The victim stands at its first mark. Throws when something is not as it should be.
    virtual void prepare(std::uint64_t /*run*/, Victim& /*victim*/) {}
    // The victim is dead. Throws when a survivor feels it.
    virtual void judge(std::uint64_t run, const Victim& victim) = 0;
};

// What is there on a stage, to be there again later.
struct Holdings {
    std::uint64_t attachments = 0;
    std::uint64_t bytes = 0;
    std::size_t semaphores = 0;
    integration::Stage::Open open;
    friend bool operator==(const Holdings&, const Holdings&) = default;
};
class Census {
public:
    explicit Census(const integration::Stage& stage) : stage_{stage}, wire_{stage.address()} {}
    [[nodiscard]] Holdings take();

private:
    const integration::Stage& stage_;
    integration::WireClient wire_;
};
[[nodiscard]] std::string describe(const Holdings& holdings);

// The same stage; its daemon has by then what it opens the first time that somebody joins, for
// good.
const integration::Stage& warmed_up(const integration::Stage& stage);

// Makes the operation with its survivors on a fresh stage.
using MakeOperation = std::function<std::unique_ptr<Operation>(const integration::Stage& stage)>;

struct Case {
    std::string name;
    MakeOperation make;
};

// What came of cutting one operation short.
struct Findings {
    Course course;
    std::uint64_t kills = 0;
    std::uint64_t violations = 0;
    std::string first;  // of the violations
};

// How often to kill: after every instruction once, where they can be counted.
struct Kills {
    std::uint64_t counted = 2'000;  // an operation that has more is gone through call by call
    std::uint64_t spread = 100;     // then so often
    std::optional<std::uint64_t> exactly;  // so often in either case

    [[nodiscard]] std::uint64_t of(const Course& course) const noexcept;
};

// Kills a victim after each instruction of the operation in turn or, where it has more of them than
// there are kills, after instructions that are evenly spread.
[[nodiscard]] Findings cut_short(const Case& operation, const Kills& kills);

// The same as the command line has it; says what came of it, which must be no violation.
void check(const Case& operation);

}  // namespace adversity
