// Everything at once: many processes of all roles, killed, stopped and slowed at random, with a
// daemon that is killed and comes back, a hoarder who takes all there is, /dev/shm full, no
// descriptors.
//
//   --seconds=60   for how long
//   --seed=1       what happens, when and to whom: printed when anything fails
//
// Clocks that jump are not among it: nothing here waits by a clock that can
// (tests/lint/check_clocks.py).
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <doctest/doctest.h>

#include "faults.hpp"
#include "scene.hpp"
#include "watchdog.hpp"

using namespace chaos;
using std::chrono::milliseconds;

namespace {

// The number after `option` on the command line, which doctest passes over.
std::uint64_t option(const std::string& name, std::uint64_t otherwise) {
    std::ifstream line{"/proc/self/cmdline"};
    for (std::string word; std::getline(line, word, '\0');)
        if (word.starts_with(name)) return std::strtoull(word.c_str() + name.size(), nullptr, 10);
    return otherwise;
}

// When each fault begins and when it ends.
struct Step {
    milliseconds at{};
    const Fault* fault = nullptr;
    bool begins = true;
};

std::vector<Step> steps_of(const std::vector<Fault>& faults) {
    std::vector<Step> steps;
    for (const auto& fault : faults) {
        steps.push_back({fault.at, &fault, true});
        if (fault.lasts.count() != 0) steps.push_back({fault.at + fault.lasts, &fault, false});
    }
    std::ranges::stable_sort(steps, {}, &Step::at);
    return steps;
}

// The schedule is the seed's; how far the parts are at each step is the machine's.
void run(Scene& scene, const std::vector<Fault>& faults) {
    const auto start = std::chrono::steady_clock::now();
    for (const auto& step : steps_of(faults)) {
        std::this_thread::sleep_until(start + step.at);
        scene.check_parts();
        INFO("at ", text_of(*step.fault));
        if (step.begins)
            scene.begin(*step.fault);
        else
            scene.end(*step.fault);
    }
}

std::string text_of(const std::vector<Fault>& faults) {
    std::string text;
    for (const auto& fault : faults) text += text_of(fault) + "\n";
    return text;
}

std::string tally(const std::vector<Fault>& faults) {
    std::map<Fault::What, std::size_t> counts;
    for (const auto& fault : faults) ++counts[fault.what];
    std::ostringstream text;
    for (const auto& [what, count] : counts)
        text << (text.tellp() > 0 ? ", " : "") << count << " x " << name_of(what);
    return text.str();
}

}  // namespace

TEST_CASE("chaos: no promise is broken, and nothing is left") {
    const auto seconds = option("--seconds=", 60);
    const auto seed = option("--seed=", 1);
    ::alarm(static_cast<unsigned>(seconds) + 240);
    Scene scene{seed};
    const auto faults = draw_faults(seed, std::chrono::seconds{seconds}, scene.parts());
    auto& book = scene.book();
    {
        INFO("--seed=", seed, " --seconds=", seconds, ", which is\n", text_of(faults));
        run(scene, faults);
        scene.await_progress();
        scene.finish();
        const auto sum = scene.sum();
        CHECK(sum >= book.additions_done);
        CHECK(sum <= book.additions_begun);
        CHECK(scene.left() == "");
        CHECK(book.taken > 0);
    }
    MESSAGE("seed " << seed << ", " << seconds << " s, " << scene.parts()
                    << " parts: " << faults.size() << " faults (" << tally(faults) << "), "
                    << book.next_sender.load() - 1 << " publishers, " << book.taken.load()
                    << " samples taken, " << book.missed.load() << " missed and counted, "
                    << book.additions_done.load() << " additions, " << book.abandoned.load()
                    << " locks from the dead, " << book.answered.load() << " requests answered");
    if (!scene.owns_shm()) MESSAGE("passed over: /dev/shm full takes root");
}
