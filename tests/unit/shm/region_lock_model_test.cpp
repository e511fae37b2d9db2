// The region lock's argument, tried in full: every order of every step of two writers and two
// readers, and of a sleeper and who wakes it, on processors that buffer their stores (x86's TSO).
// Each re-check that the argument rests on is also left out, and then the model must find the
// fault.
//
// Keep in step with region_lock.hpp: a step here is one access there.
#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <set>
#include <vector>

#include <doctest/doctest.h>

namespace {

constexpr std::size_t processes = 4;
constexpr std::size_t words = 4;

struct Store {
    std::uint8_t word = 0;
    std::uint8_t value = 0;
    auto operator<=>(const Store&) const = default;
};

// The memory, and each process: where it stands, and what it stored that nobody else sees yet.
struct World {
    std::array<std::uint8_t, words> memory{};
    std::array<std::uint8_t, processes> at{};
    std::array<std::vector<Store>, processes> buffers;
    auto operator<=>(const World&) const = default;

    void store(std::size_t process, std::uint8_t word, std::uint8_t value) {
        buffers[process].push_back({word, value});
    }
    [[nodiscard]] std::uint8_t load(std::size_t process, std::uint8_t word) const {
        auto value = memory[word];
        for (const auto& own : buffers[process])
            if (own.word == word) value = own.value;
        return value;
    }
    void drain_one(std::size_t process) {
        const auto oldest = buffers[process].front();
        buffers[process].erase(buffers[process].begin());
        memory[oldest.word] = oldest.value;
    }
    void fence(std::size_t process) {
        while (!buffers[process].empty()) drain_one(process);
    }
    // membarrier: every process passes a full fence.
    void heavy_fence() {
        for (std::size_t process = 0; process < processes; ++process) fence(process);
    }
};

constexpr std::uint8_t done = 99;

// What a process does next, in place; where it only waits, the world stays as it is.
using Step = std::function<void(World&, std::size_t process)>;

struct Model {
    World start;
    std::array<Step, processes> steps;  // empty: no such process
    std::function<bool(const World&)> wrong;
};

enum class Finding { Sound, Wrong, Stuck };

// Goes through every order of steps and drained stores.
class Search {
public:
    explicit Search(const Model& model) : model_{model} {}

    [[nodiscard]] Finding run() {
        auto start = model_.start;
        for (std::size_t i = 0; i < processes; ++i)
            if (!model_.steps[i]) start.at[i] = done;
        return visit(start);
    }

private:
    [[nodiscard]] Finding visit(const World& world) {
        if (!seen_.insert(world).second) return Finding::Sound;
        if (model_.wrong(world)) return Finding::Wrong;
        bool moved = false;
        for (const auto& next : successors(world)) {
            if (next == world) continue;
            moved = true;
            if (const auto found = visit(next); found != Finding::Sound) return found;
        }
        const bool ended = std::ranges::all_of(world.at, [](auto at) { return at == done; });
        return moved || ended ? Finding::Sound : Finding::Stuck;
    }
    [[nodiscard]] std::vector<World> successors(const World& world) const {
        std::vector<World> all;
        for (std::size_t process = 0; process < processes; ++process) {
            if (world.at[process] != done) {
                all.push_back(world);
                model_.steps[process](all.back(), process);
            }
            if (!world.buffers[process].empty()) {
                all.push_back(world);
                all.back().drain_one(process);
            }
        }
        return all;
    }

    const Model& model_;
    std::set<World> seen_;
};

// What is left out of the exclusion.
enum class Broken {
    Nothing,
    ReaderStatesWithoutFence,
    ReaderDoesNotLook,
    ReaderWaitsWithItsStatement,
    WriterDoesNotLook,
    WriterTakesInTwoSteps,
};

constexpr std::uint8_t holder_word = 0;
constexpr std::uint8_t readings = 1;  // words 1 and 2: of readers 2 and 3
constexpr std::size_t first_reader = 2;

constexpr std::uint8_t in = 50;  // the place inside, of both programs

void writer_step(World& world, std::size_t self, Broken broken) {
    auto& at = world.at[self];
    const auto number = static_cast<std::uint8_t>(self + 1);
    if (at == 0 && broken == Broken::WriterTakesInTwoSteps) {
        if (world.load(self, holder_word) == 0) at = 1;
    } else if (at == 0) {
        world.fence(self);
        if (world.memory[holder_word] != 0) return;
        world.memory[holder_word] = number;
        at = 2;
    } else if (at == 1) {
        world.fence(self);
        world.memory[holder_word] = number;
        at = 2;
    } else if (at < in) {
        const auto reading = static_cast<std::uint8_t>(readings + at - 2);
        if (broken != Broken::WriterDoesNotLook && world.load(self, reading) != 0) return;
        at = at == 3 ? in : 3;
    } else {
        world.store(self, holder_word, 0);
        at = done;
    }
}

void reader_step(World& world, std::size_t self, Broken broken) {
    auto& at = world.at[self];
    const auto own = static_cast<std::uint8_t>(readings + self - first_reader);
    if (at == 0) {
        world.store(self, own, 1);
        if (broken != Broken::ReaderStatesWithoutFence) world.fence(self);
        at = 1;
    } else if (at == 1) {
        if (broken == Broken::ReaderDoesNotLook || world.load(self, holder_word) == 0)
            at = in;
        else if (broken != Broken::ReaderWaitsWithItsStatement)
            at = 2;
    } else if (at == 2) {  // withdraws, and comes again once the word is free
        world.store(self, own, 0);
        at = 3;
    } else if (at == 3) {
        if (world.load(self, holder_word) == 0) at = 0;
    } else {
        world.store(self, own, 0);
        at = done;
    }
}

Finding try_exclusion(Broken broken) {
    Model model;
    for (std::size_t i = 0; i < processes; ++i)
        model.steps[i] = [broken](World& world, std::size_t self) {
            self < first_reader ? writer_step(world, self, broken)
                                : reader_step(world, self, broken);
        };
    model.wrong = [](const World& world) {
        const auto writers = (world.at[0] == in) + (world.at[1] == in);
        const auto inside = writers + (world.at[2] == in) + (world.at[3] == in);
        return writers > 0 && inside > 1;
    };
    return Search{model}.run();
}

TEST_CASE("region lock model: no order of steps lets a writer in with anybody else") {
    CHECK(try_exclusion(Broken::Nothing) == Finding::Sound);
}

TEST_CASE("region lock model: a statement that is still in the reader's store buffer is too late") {
    CHECK(try_exclusion(Broken::ReaderStatesWithoutFence) == Finding::Wrong);
}

TEST_CASE("region lock model: a reader that does not look after its statement meets a writer") {
    CHECK(try_exclusion(Broken::ReaderDoesNotLook) == Finding::Wrong);
}

TEST_CASE("region lock model: a writer that does not look at the statements meets a reader") {
    CHECK(try_exclusion(Broken::WriterDoesNotLook) == Finding::Wrong);
}

TEST_CASE("region lock model: a word taken in two steps lets two writers in") {
    CHECK(try_exclusion(Broken::WriterTakesInTwoSteps) == Finding::Wrong);
}

TEST_CASE("region lock model: a reader that waits without withdrawing waits for ever") {
    CHECK(try_exclusion(Broken::ReaderWaitsWithItsStatement) == Finding::Stuck);
}

// What is left out of the sleep.
enum class Dozy { Nothing, NoSecondLook, NoFence, EpochBeforeRelease };

constexpr std::uint8_t epoch_word = 1;
constexpr std::uint8_t post_word = 2;

// Has the word at first; gives it back, and posts whom it sees asleep.
void giver_step(World& world, std::size_t self, Dozy dozy) {
    auto& at = world.at[self];
    const bool early = dozy == Dozy::EpochBeforeRelease;
    const auto wake = [&] {
        if (world.load(self, epoch_word) % 2 != 0) world.memory[post_word] = 1;
    };
    if (at == 0) {
        early ? wake() : world.store(self, holder_word, 0);
        at = 1;
    } else {
        early ? world.store(self, holder_word, 0) : wake();
        at = done;
    }
}

// Finds the word held, lies down, looks again, and sleeps until it is posted.
void sleeper_step(World& world, std::size_t self, Dozy dozy) {
    auto& at = world.at[self];
    if (at == 0) {
        at = world.load(self, holder_word) == 0 ? done : 1;
    } else if (at == 1) {
        world.store(self, epoch_word, 1);
        if (dozy != Dozy::NoFence) world.heavy_fence();
        at = dozy == Dozy::NoSecondLook ? 3 : 2;
    } else if (at == 2) {
        at = world.load(self, holder_word) == 0 ? done : 3;
    } else if (world.memory[post_word] != 0) {
        at = done;
    }
}

Finding try_sleep(Dozy dozy) {
    Model model;
    model.start.memory[holder_word] = 1;
    model.steps[0] = [dozy](World& world, std::size_t self) { giver_step(world, self, dozy); };
    model.steps[1] = [dozy](World& world, std::size_t self) { sleeper_step(world, self, dozy); };
    model.wrong = [](const World&) { return false; };
    return Search{model}.run();
}

TEST_CASE("region lock model: no order of steps leaves anybody asleep while the lock is free") {
    CHECK(try_sleep(Dozy::Nothing) == Finding::Sound);
}

TEST_CASE("region lock model: who lies down without a second look sleeps on") {
    CHECK(try_sleep(Dozy::NoSecondLook) == Finding::Stuck);
}

TEST_CASE("region lock model: who lies down without a fence for both sides sleeps on") {
    CHECK(try_sleep(Dozy::NoFence) == Finding::Stuck);
}

TEST_CASE("region lock model: who looks at the sleeps before giving the lock back wakes nobody") {
    CHECK(try_sleep(Dozy::EpochBeforeRelease) == Finding::Stuck);
}

}  // namespace
