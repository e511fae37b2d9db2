#include "actor.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "../integration/watchdog.hpp"

namespace integration {

void give_up(const std::string& waited_for) {
    throw std::runtime_error{"waited in vain for " + waited_for};
}

}  // namespace integration

namespace actor {
namespace {

volatile std::sig_atomic_t stopped = 0;

struct Part {
    std::string_view name;
    std::size_t words;
    void (*play)(Words);
};

constexpr std::array parts{
    Part{"publish", 4, publish}, Part{"subscribe", 1, subscribe}, Part{"hold", 3, hold},
    Part{"throng", 2, throng},   Part{"kill", 2, kill_daemon},    Part{"prowl", 1, prowl},
    Part{"rattle", 0, rattle},
};

void play(const std::vector<std::string>& words) {
    for (const auto& part : parts)
        if (!words.empty() && words[0] == part.name && words.size() == part.words + 1)
            return part.play(Words{words}.subspan(1));
    throw std::runtime_error{"no such part, or not its number of words"};
}

}  // namespace

bool told_to_stop() noexcept { return stopped != 0; }

}  // namespace actor

int main(int argc, char** argv) {
    std::signal(SIGTERM, [](int) { actor::stopped = 1; });
    try {
        actor::play({argv + 1, argv + argc});
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "actor: %s\n", error.what());
        return 1;
    }
}
