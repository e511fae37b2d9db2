#include "operation.hpp"

#include <cstdio>
#include <exception>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>

#include <doctest/doctest.h>

#include <bus/bus.hpp>

#include "options.hpp"
#include "watchdog.hpp"

namespace adversity {
namespace {

using integration::Stage;

constexpr std::uint64_t most_violations = 5;  // of one operation; then it is given up

// One stage with the survivors of one operation.
class Arena {
public:
    explicit Arena(const Case& operation)
        : census_{warmed_up(stage_)}, empty_{census_.take()}, operation_{operation.make(stage_)} {}

    Course measure(std::uint64_t most) {
        Course course;
        play([&](Victim& victim) { course = victim.measure(most); });
        return course;
    }
    void kill_at(const Place& place) {
        play([&](Victim& victim) { victim.run_to(place); });
    }
    // Everyone leaves: nothing may be left.
    void clear() {
        operation_.reset();
        for (const auto& region : stage_.connect().regions()) stage_.connect().remove(region.name);
        integration::await("all to be as it was before: " + describe(empty_) + "; it is " +
                               describe(census_.take()),
                           [&] { return census_.take() == empty_; });
    }

private:
    void play(const std::function<void(Victim&)>& cut) {
        integration::keep_watch();
        const auto run = ++runs_;
        Victim victim{[&](const Mark& mark) { operation_->perform(run, mark); }};
        victim.run_to_mark();
        check_no_growth();
        operation_->prepare(run, victim);
        cut(victim);
        victim.kill();
        operation_->judge(run, victim);
    }
    // With a victim at its mark everything is as it was with the first one there.
    void check_no_growth() {
        const auto now = census_.take();
        if (!usual_) usual_ = now;
        if (now == *usual_) return;
        integration::await("no more to be there than at first, " + describe(*usual_) +
                               "; there is " + describe(now),
                           [&] { return census_.take() == *usual_; });
    }

    const Stage stage_;
    Census census_;
    Holdings empty_;
    std::unique_ptr<Operation> operation_;
    std::optional<Holdings> usual_;
    std::uint64_t runs_ = 0;
};

// Plays on one stage, and on a fresh one after each violation.
class Play {
public:
    Play(const Case& operation, Findings& findings) : operation_{operation}, findings_{findings} {}

    template <class Act>
    void act(std::uint64_t instruction, Act act) {
        try {
            if (!arena_) arena_ = std::make_unique<Arena>(operation_);
            act(*arena_);
        } catch (const std::exception& error) {
            note(instruction, error);
        }
    }
    void clear() {
        act(0, [](Arena& arena) { arena.clear(); });
        arena_.reset();
    }
    [[nodiscard]] bool hopeless() const { return findings_.violations >= most_violations; }

private:
    void note(std::uint64_t instruction, const std::exception& error) {
        arena_.reset();
        if (findings_.violations++ == 0)
            findings_.first =
                "after instruction " + std::to_string(instruction) + ": " + error.what();
    }

    const Case& operation_;
    Findings& findings_;
    std::unique_ptr<Arena> arena_;
};

}  // namespace

const Stage& warmed_up(const Stage& stage) {
    auto connection = stage.connect();
    connection.create_topic("first", {.size = 32});
    static_cast<void>(bus::BytesPublisher{connection, "first"});
    connection.remove("first");
    return stage;
}

Holdings Census::take() {
    auto usage = wire_.figures("Usage");  // and once it answers, it has let go of what it sent
    return {.attachments = usage["attachments"],
            .bytes = usage["total"],
            .semaphores = stage_.semaphores().size(),
            .open = stage_.count_open()};
}

std::string describe(const Holdings& holdings) {
    return std::to_string(holdings.attachments) + " attachments, " +
           std::to_string(holdings.bytes) + " bytes, " + std::to_string(holdings.semaphores) +
           " semaphores, " + std::to_string(holdings.open.descriptors) + " descriptors, " +
           std::to_string(holdings.open.segments) + " segments";
}

Findings cut_short(const Case& operation, const Kills& kills) {
    Findings findings;
    Play play{operation, findings};
    play.act(0, [&](Arena& arena) { findings.course = arena.measure(kills.counted); });
    const auto length = findings.course.length();
    const auto places = kills.of(findings.course);
    for (std::uint64_t i = 0; i < places && !play.hopeless(); ++i) {
        // Again and again where it is short, evenly spread where it is long.
        const auto instruction = 1 + (places < length ? i * length / places : i % length);
        play.act(instruction,
                 [&](Arena& arena) { arena.kill_at(findings.course.place(instruction)); });
        ++findings.kills;
    }
    play.clear();
    return findings;
}

std::uint64_t Kills::of(const Course& course) const noexcept {
    if (course.length() == 0) return 0;
    if (exactly) return *exactly;
    return course.counted ? course.length() : spread;
}

namespace {

Kills kills_wanted() {
    Kills kills;
    kills.exactly = options().kills;
    if (options().all) kills.counted = std::numeric_limits<std::uint64_t>::max();
    return kills;
}

void say(const std::string& name, const Findings& findings) {
    const auto& course = findings.course;
    const auto instructions = course.counted
                                  ? std::to_string(course.length()) + " instructions, "
                                  : "more than " + std::to_string(Kills{}.counted) +
                                        " instructions, those that follow a system call taken, ";
    std::printf("%s: %s%zu system calls, %lu kills, %lu violations\n", name.c_str(),
                instructions.c_str(), course.instructions.size() - 1, findings.kills,
                findings.violations);
    std::fflush(stdout);
}

}  // namespace

void check(const Case& operation) {
    const auto findings = cut_short(operation, kills_wanted());
    say(operation.name, findings);
    CHECK(findings.kills > 0);
    CHECK_MESSAGE(findings.violations == 0, findings.first);
}

}  // namespace adversity
