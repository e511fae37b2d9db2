#include "faults.hpp"

#include <array>
#include <map>
#include <random>
#include <utility>

namespace chaos {
namespace {

using std::chrono::milliseconds;
using What = Fault::What;

constexpr std::array words{"kill",
                           "stop",
                           "slow",
                           "kill the daemon",
                           "stop the daemon",
                           "fill /dev/shm",
                           "no descriptors for the daemon"};

// How often each is drawn, in the order of their names.
constexpr std::array<unsigned, words.size()> weights{10, 6, 4, 2, 1, 1, 1};

bool is_of_part(What what) noexcept { return what <= What::Slow; }

// What is not to happen twice at a time: each part's own, and all that is the daemon's together.
std::pair<int, std::size_t> subject_of(const Fault& fault) noexcept {
    if (is_of_part(fault.what)) return {0, fault.part};
    return {fault.what == What::FillShm ? 2 : 1, 0};
}

}  // namespace

std::vector<Fault> draw_faults(std::uint64_t seed, milliseconds span, std::size_t parts) {
    std::mt19937_64 random{seed};
    const auto choose = [&random](unsigned count) {
        return static_cast<unsigned>(random() % count);
    };
    unsigned all = 0;
    for (const auto weight : weights) all += weight;
    std::vector<Fault> faults;
    std::map<std::pair<int, std::size_t>, milliseconds> busy_until;
    for (milliseconds at{300}; at < span; at += milliseconds{20 + choose(180)}) {
        auto drawn = choose(all);
        std::size_t which = 0;
        while (drawn >= weights[which]) drawn -= weights[which++];
        Fault fault{.at = at,
                    .what = static_cast<What>(which),
                    .part = choose(static_cast<unsigned>(parts)),
                    .lasts = milliseconds{20 + choose(choose(4) == 0 ? 1'500 : 300)}};
        if (fault.what == What::Kill) fault.lasts = milliseconds{0};
        auto& busy = busy_until[subject_of(fault)];
        if (busy > at) continue;
        busy = at + fault.lasts;
        faults.push_back(fault);
    }
    return faults;
}

std::string name_of(What what) { return words[static_cast<std::size_t>(what)]; }

std::string text_of(const Fault& fault) {
    auto text = std::to_string(fault.at.count()) + " ms: " + name_of(fault.what);
    if (is_of_part(fault.what)) text += " part " + std::to_string(fault.part);
    if (fault.lasts.count() != 0) text += " for " + std::to_string(fault.lasts.count()) + " ms";
    return text;
}

}  // namespace chaos
