#include "troupe.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <system_error>
#include <utility>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pinning.hpp"

namespace bench {
namespace {

[[noreturn]] void play_side(Stage& stage, int core, Side side,
                            const std::function<int(Side)>& play) {
    int code = 1;
    try {
        pin_to(core);
        code = play(side);
    } catch (const std::exception& error) {
        std::strncpy(stage.fault.data(), error.what(), stage.fault.size() - 1);
    }
    std::fflush(nullptr);
    ::_exit(code);
}

[[nodiscard]] ::pid_t start(Stage& stage, int core, Side side,
                            const std::function<int(Side)>& play) {
    std::fflush(nullptr);
    const ::pid_t parent = ::getpid();
    const ::pid_t child = ::fork();
    if (child < 0) throw std::system_error{errno, std::system_category(), "fork"};
    if (child > 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGINT, SIG_IGN);  // the parent has it, and ends both
    if (::getppid() != parent) ::_exit(1);
    play_side(stage, core, side, play);
}

class Watch {
public:
    Watch(Stage& stage, std::array<::pid_t, 2> players, const Meanwhile& meanwhile)
        : stage_{stage}, players_{players}, meanwhile_{meanwhile} {}

    [[nodiscard]] Outcome run() {
        while (std::any_of(players_.begin(), players_.end(), [](::pid_t pid) { return pid > 0; })) {
            reap();
            if (!ended_ && stuck())
                end(std::string{stage_.row.data()} + ": no progress for a minute");
            if (meanwhile_ && !meanwhile_() && !ended_) end("stopped");
            const ::timespec nap{0, 20'000'000};
            ::nanosleep(&nap, nullptr);
        }
        if (meanwhile_) (void)meanwhile_();
        return std::move(outcome_);
    }

private:
    void reap() {
        for (auto& player : players_) {
            int status = 0;
            if (player <= 0 || ::waitpid(player, &status, WNOHANG) != player) continue;
            player = -1;
            if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
            if (outcome_.code == 0) outcome_.code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
            if (ended_) continue;
            end(WIFSIGNALED(status) ? ::strsignal(WTERMSIG(status)) : stage_.fault.data());
        }
    }

    [[nodiscard]] bool stuck() {
        const auto meetings = stage_.arrived[0].word.load() + stage_.arrived[1].word.load();
        const auto second = ::time(nullptr);
        if (meetings != meetings_) since_ = second;
        meetings_ = meetings;
        return second - since_ > 60;
    }

    // Ends both: whoever is left would wait for ever.
    void end(std::string why) {
        ended_ = true;
        if (outcome_.code == 0) outcome_.code = 1;
        outcome_.reason = std::move(why);
        for (const auto player : players_)
            if (player > 0) ::kill(player, SIGKILL);
    }

    Stage& stage_;
    std::array<::pid_t, 2> players_;
    const Meanwhile& meanwhile_;
    std::uint64_t meetings_ = 0;
    ::time_t since_ = ::time(nullptr);
    Outcome outcome_;
    bool ended_ = false;
};

}  // namespace

Outcome perform(Stage& stage, const std::array<int, 2>& cores, const std::function<int(Side)>& play,
                const Meanwhile& meanwhile) {
    const auto second = start(stage, cores[1], Side::Second, play);
    const auto first = start(stage, cores[0], Side::First, play);
    return Watch{stage, {first, second}, meanwhile}.run();
}

}  // namespace bench
